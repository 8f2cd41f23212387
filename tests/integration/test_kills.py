"""Every task killed after each call that it makes to AWS, one after the other, and run again until it gets through."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from local.stack import Stack
from tests.support.pipeline.airflow_ui import TASKS
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.run_checks import Aftermath
from tests.support.pipeline.spoken_recordings import CLIP

#: More calls than any task makes for two files.
_MANY = 50


@dataclass(frozen=True)
class Murders:
    """A run of which each task was killed until it got through."""

    #: How often, by task.
    kills: dict[str, int]
    aftermath: Aftermath


@pytest.fixture(scope="module")
def murders(stack: Stack) -> Murders:
    pipeline = Pipeline(stack)
    pipeline.clear()
    pipeline.give({"a.WAV": CLIP, "a.wav": CLIP})  # the second one has no room for its transcript
    run_id = _run_of_which_nothing_is_done(pipeline)
    kills = {task: _kill_until_it_gets_through(pipeline, run_id, task) for task in TASKS}
    return Murders(kills, Aftermath.of(pipeline, pipeline.people.wait(run_id)))


def _run_of_which_nothing_is_done(pipeline: Pipeline) -> str:
    """A run whose tasks are all marked as done, so that they can be cleared and looked at one by one."""
    people = pipeline.people
    people.pause()
    try:
        run_id = people.trigger({"formats": []})
        people.mark_succeeded(run_id, TASKS[0])
    finally:
        people.pause(paused=False)
    people.wait(run_id)
    return run_id


def _kill_until_it_gets_through(pipeline: Pipeline, run_id: str, task: str) -> int:
    """Kill a task after its first call, then after its second one, and so on.

    Killed after a call that AWS has carried out, and before the next one, is the same to whoever tries again.
    """
    people = pipeline.people
    for call in range(1, _MANY):
        pipeline.end_faults()
        pipeline.add_fault(kind="kill", at_request=call, after=True)
        attempt = people.task(run_id, task)["try_number"] + 1
        people.clear(run_id, task, downstream=False)
        ended = people.wait_for_task(run_id, task, "success", "up_for_retry", "failed", attempt=attempt)
        (fault,) = pipeline.end_faults()
        if ended["state"] == "success":
            people.wait(run_id)
            assert fault["fired"] == 0
            return call - 1
        assert fault["fired"] == 1, people.log(run_id, task, attempt)
    raise AssertionError(f"{task} never gets through")


@pytest.mark.parametrize("task", TASKS)
def test_a_task_may_be_killed_at_any_call(murders: Murders, task: str) -> None:
    assert murders.kills[task] > 0
    murders.aftermath.check(jobs=[1], failed={"a.wav"})
