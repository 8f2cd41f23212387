"""Fixtures of the DAG's tests: Airflow's AWS clients, and the stand-in for AWS."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook

from local.aws_client import aws_environment
from local.paths import IMAGE_ENV
from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.container_transcripts import Container
from tests.support.s3_servers import S3Server
from tests.support.standin.standin_server import Batch as Queue
from tests.support.standin.standin_server import LocalAws, make_batch, start
from transcription.shared.bucket import PAGE, Bucket


@pytest.fixture(scope="session", autouse=True)
def clients() -> Iterator[None]:
    """Let Airflow keep its AWS clients. Airflow makes a new client for each use, which takes longer than most tests."""
    make_client, clients_by_kind = AwsGenericHook.get_client_type, {}

    def get_client_type(hook: Any, *arguments: Any, **options: Any) -> Any:
        endpoints = [os.environ.get(name) for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3")]
        kind = f"{hook.client_type} {vars(hook.config)} {arguments} {options} {endpoints}"
        if kind not in clients_by_kind:
            clients_by_kind[kind] = make_client(hook, *arguments, **options)
        return clients_by_kind[kind]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AwsGenericHook, "get_client_type", get_client_type)
        yield


@pytest.fixture(scope="session")
def shared_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """Yield one stand-in for all tests. Its jobs run in the container's Python environment."""
    server = start(tmp_path_factory.mktemp("aws"), "--faults", "--image-env", str(IMAGE_ENV))
    yield server
    server.stop()


@pytest.fixture
def aws(shared_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalAws]:
    """Yield the stand-in, without faults and with call counts of zero. All AWS clients of this process connect to it.

    Faults end after the test.
    """
    for name, value in aws_environment(shared_aws.endpoint).items():
        monkeypatch.setenv(name, value)
    shared_aws.control("DELETE", "/_calls")
    yield shared_aws
    shared_aws.control("DELETE", "/_faults")


@pytest.fixture
def bucket(aws: LocalAws, other_s3: S3Server | None) -> Bucket:
    """Return a new, empty bucket with versioning, as in a deployment. It is in `other_s3`, or else in the stand-in."""
    bucket = Bucket(f"bucket-{uuid.uuid4().hex}")
    bucket.client.create_bucket(Bucket=bucket.name)
    bucket.client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    aws.control("DELETE", "/_calls")
    return bucket


@pytest.fixture
def queue(aws: LocalAws) -> Queue:
    """Return a new Batch queue that runs two children at a time."""
    queue = make_batch(aws)
    aws.control("DELETE", "/_calls")
    return queue


@pytest.fixture
def deployment(aws: LocalAws, bucket: Bucket, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> AirflowDeployment:
    """Configure Airflow for the bucket and the queue of the test, and return this deployment."""
    return AirflowDeployment(aws, bucket, queue, monkeypatch)


@pytest.fixture(scope="session")
def container(shared_aws: LocalAws) -> Container:
    """Run the real container, and return the transcripts that it wrote."""
    return Container.run(shared_aws)


@pytest.fixture(scope="session")
def crowded(shared_aws: LocalAws) -> str:
    """Return the name of a bucket with 1,001 objects, one more than S3 lists in one request: `output/n0000`, …"""
    name, client = f"crowded-{uuid.uuid4().hex}", shared_aws.client("s3")
    client.create_bucket(Bucket=name)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: client.put_object(Bucket=name, Key=f"output/n{n:04d}", Body=b""), range(PAGE + 1)))
    return name


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """Return the path of a file that a test creates to end the jobs of `airflow_deployment.waits_for`."""
    return tmp_path / "gate"
