"""Airflow for unit tests: no configuration but ours, a home of its own; and a bucket in the local AWS."""

from __future__ import annotations

import os
import tempfile

# Before anything imports airflow: it reads its configuration then.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-home-")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW_CONN_AWS_DEFAULT"] = "aws://"

from collections.abc import Iterator
from pathlib import Path

import pytest

from local import processes
from local.aws_client import aws_environment
from local.stack import start_aws
from transcription.bucket import Bucket


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    state = tmp_path_factory.mktemp("aws")
    yield start_aws(state)
    processes.end(state)


@pytest.fixture
def bucket(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """An empty bucket of its own."""
    for name, value in aws_environment(endpoint).items():
        monkeypatch.setenv(name, value)
    bucket = Bucket(f"bucket-{abs(hash(tmp_path))}")
    bucket.client.create_bucket(Bucket=bucket.name)
    return bucket
