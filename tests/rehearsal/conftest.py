"""Fixtures of the tests of broken deployments: an account of the stand-in, and the sources to deploy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from local.aws_client import isolate
from rehearsal.rehearsal import Rehearsal

isolate()


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """Yield a rehearsal after `cdk bootstrap`. Its jobs run as processes, so that no image has to be built."""
    with Rehearsal(tmp_path_factory.mktemp("account"), "process", Console()) as rehearsal:
        rehearsal.cdk.bootstrap()
        yield rehearsal


@pytest.fixture
def checkout(rehearsal: Rehearsal) -> Iterator[Path]:
    """Yield the folder of the sources that the rehearsal deploys, and restore the sources after the test.

    A test may change the Python files of `infra/`, `dags/` and `plugins/`, and `requirements.txt`.
    """
    folder = rehearsal.checkout
    sources = [*folder.glob("infra/*.py"), *folder.glob("dags/*.py"), *folder.glob("plugins/*.py")]
    sources.append(folder / "requirements.txt")
    before = {path: path.read_bytes() for path in sources}
    yield rehearsal.checkout
    for path, content in before.items():
        path.write_bytes(content)
