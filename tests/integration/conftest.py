"""One real stack for all integration tests: the local AWS, Batch with real children, and Airflow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.aws_client import isolate
from local.paths import DEMO_CLIPS
from local.stack import Stack
from tests.support.pipeline.pipeline import Pipeline

isolate()
pytest.register_assert_rewrite("tests.support.pipeline.final_state")  # says which files are where

#: Up to so many files each get a child of their own, so that a fault of a child hits a known file.
CHILDREN = 15
SETTINGS = {
    "audio_minutes_per_child": "0.01",
    "max_children": str(CHILDREN),
    "parallel_children": str(CHILDREN),
    "start_limit_minutes": "0.15",
}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack"), settings=SETTINGS, layers=["faults"]) as running:
        yield running


@pytest.fixture
def pipeline(stack: Stack) -> Iterator[Pipeline]:
    pipeline = Pipeline(stack)
    pipeline.clear()
    yield pipeline


@pytest.fixture(scope="session")
def clip() -> Path:
    """One of the demo clips. Its name is its text."""
    return sorted(DEMO_CLIPS.glob("*.wav"))[0]
