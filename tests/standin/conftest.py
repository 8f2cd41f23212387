"""Servers, queues and buckets for the tests of the stand-in."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.standin.standin_server import Batch, LocalAws, make_batch, start


@pytest.fixture(scope="session")
def shared_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A server with all layers, shared by the tests that use names of their own."""
    server = start(tmp_path_factory.mktemp("aws"), "--faults", "--roles", "--deployments")
    yield server
    server.stop()


@pytest.fixture
def aws(shared_aws: LocalAws) -> Iterator[LocalAws]:
    """The shared server, without faults and with call counts at zero."""
    shared_aws.control("DELETE", "/_calls")
    yield shared_aws
    shared_aws.control("DELETE", "/_faults")


@pytest.fixture
def batch(aws: LocalAws) -> Batch:
    """A new compute environment and a new queue."""
    return make_batch(aws)


@pytest.fixture
def bucket(aws: LocalAws) -> str:
    """An empty bucket."""
    name = f"b-{uuid.uuid4().hex}"
    aws.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def start_aws(tmp_path: Path) -> Iterator[Callable[..., LocalAws]]:
    """Start servers for one test, and end those that still run after it."""
    started: list[LocalAws] = []

    def start_one(*options: str) -> LocalAws:
        started.append(start(tmp_path / f"aws-{len(started)}", *options))
        return started[-1]

    yield start_one
    for server in started:
        if server.process.poll() is None:
            server.stop()
