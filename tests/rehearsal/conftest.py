"""Broken deployments, each made in one local account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from local.aws_client import isolate
from rehearsal.rehearse import Rehearsal

isolate()


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """An account that is ready for the CDK. Jobs run as processes: no image is built for what is broken anyway."""
    with Rehearsal(tmp_path_factory.mktemp("account"), "process", Console()) as rehearsal:
        rehearsal.cdk.bootstrap()
        yield rehearsal


@pytest.fixture
def checkout(rehearsal: Rehearsal) -> Iterator[Path]:
    """The sources that are deployed, to be changed by a test."""
    folder = rehearsal.checkout
    sources = [*folder.glob("infra/*.py"), *folder.glob("dags/*.py"), *folder.glob("plugins/*.py")]
    sources.append(folder / "requirements.txt")
    before = {path: path.read_bytes() for path in sources}
    yield rehearsal.checkout
    for path, content in before.items():
        path.write_bytes(content)
