"""Fixtures of the integration tests, which share one local stack: the stand-in for AWS, real children, and Airflow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local.aws_client import isolate
from local.paths import DEMO_CLIPS
from local.stack import Stack
from tests.support.pipeline.pipeline import Pipeline

isolate()
pytest.register_assert_rewrite("tests.support.pipeline.final_state")  # a failed assertion shows which files are where

#: The most children of a job. Up to this number, each file gets its own child, so that a fault of a child hits a known
#: file.
CHILDREN = 15
SETTINGS = {
    "audio_minutes_per_child": "0.01",
    "max_children": str(CHILDREN),
    "parallel_children": str(CHILDREN),
    "start_limit_minutes": "0.15",
}
#: The users of Airflow besides the admin.
ROLES = ("viewer", "user")

_running_stack = ExitStack()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Yield the running local stack, which can cause faults. It ends after the last test of this folder."""
    stack = Stack(tmp_path_factory.mktemp("stack"), settings=SETTINGS, layers=["faults"], roles=ROLES)
    yield _running_stack.enter_context(stack)
    _running_stack.close()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """End the local stack after the last test of this folder, because an idle stack takes a quarter of a core."""
    if nextitem is None or not nextitem.path.is_relative_to(Path(__file__).parent):
        _running_stack.close()


@pytest.fixture
def pipeline(stack: Stack) -> Iterator[Pipeline]:
    """Yield the pipeline of the local stack without runs, objects and faults of earlier tests."""
    pipeline = Pipeline(stack)
    pipeline.clear()
    yield pipeline


@pytest.fixture(scope="session")
def clip() -> Path:
    """Return the path of a demo clip. The words in the name of the file are the words of the clip."""
    return sorted(DEMO_CLIPS.glob("*.wav"))[0]
