"""Fixtures of the tests of the stand-in: servers, a Batch queue and a bucket."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.s3_servers import S3Server
from tests.support.standin.standin_server import Batch, LocalAws, make_batch, start


@pytest.fixture(scope="session")
def shared_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """Yield a server with all layers (optional parts of the stand-in), which tests share if their names are unique."""
    server = start(tmp_path_factory.mktemp("aws"), "--faults", "--roles", "--deployments")
    yield server
    server.stop()


@pytest.fixture
def aws(shared_aws: LocalAws) -> Iterator[LocalAws]:
    """Yield the shared server, without faults and with call counts of zero. Faults end after the test."""
    shared_aws.control("DELETE", "/_calls")
    yield shared_aws
    shared_aws.control("DELETE", "/_faults")


@pytest.fixture
def batch(aws: LocalAws) -> Batch:
    """Return a new queue, which has a new compute environment."""
    return make_batch(aws)


@pytest.fixture
def s3(aws: LocalAws, other_s3: S3Server | None) -> Any:
    """Return an S3 client of `other_s3`, or else of the stand-in."""
    return other_s3.client if other_s3 else aws.client("s3")


@pytest.fixture
def bucket(s3: Any) -> str:
    """Return the name of a new, empty bucket, which `s3` can reach."""
    name = f"b-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def start_aws(tmp_path: Path) -> Iterator[Callable[..., LocalAws]]:
    """Yield a function that starts a server with command-line options. End the servers that run after the test."""
    started: list[LocalAws] = []

    def start_one(*options: str) -> LocalAws:
        started.append(start(tmp_path / f"aws-{len(started)}", *options))
        return started[-1]

    yield start_one
    for server in started:
        if server.process.poll() is None:
            server.stop()
