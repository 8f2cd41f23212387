"""Every task is killed after each of its calls to AWS in turn, and retried until it succeeds."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from local.stack import Stack
from tests.support.pipeline.airflow_ui import TASKS
from tests.support.pipeline.final_state import FinalState
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIP
from transcription.contract import records
from transcription.contract.run_keys import RunKeys, run_name
from transcription.finish.outcomes import Outcomes

#: More calls to AWS than any task makes for two files.
_MANY = 50


@dataclass(frozen=True)
class KilledRun:
    """A run whose tasks were killed until they succeeded."""

    #: How often each task was killed, by task id.
    kills: dict[str, int]
    #: The generation of the outcomes of moving: the plan's draft, and for each of the two tasks a number that grows if
    #: the task is cleared.
    generation: str
    final: FinalState


@pytest.fixture(scope="module")
def killed_run(stack: Stack) -> KilledRun:
    pipeline = Pipeline(stack)
    pipeline.clear()
    pipeline.upload_recordings({"a.WAV": CLIP, "a.wav": CLIP})  # the second file would write the same transcript
    run_id = _start_run_with_nothing_done(pipeline)
    kills = {task: _kill_until_success(pipeline, run_id, task) for task in TASKS}
    moves = records.load(Outcomes, pipeline.read(RunKeys(run_name(run_id)).moves(0)), "moves")
    return KilledRun(kills, moves.generation, FinalState.read(pipeline, pipeline.ui.wait(run_id)))


def _start_run_with_nothing_done(pipeline: Pipeline) -> str:
    """Start a run and mark all its tasks as successful, so that the test can clear them one by one."""
    ui = pipeline.ui
    ui.pause()
    try:
        run_id = ui.trigger({"formats": []})
        ui.mark_succeeded(run_id, TASKS[0])
    finally:
        ui.pause(paused=False)
    ui.wait(run_id)
    return run_id


def _kill_until_success(pipeline: Pipeline, run_id: str, task: str) -> int:
    """Kill a task after its first call to AWS, then its next attempt after the second call, and so on.

    Returns:
        How often the task was killed before it succeeded.
    """
    ui = pipeline.ui
    for call in range(1, _MANY):
        pipeline.end_faults()
        pipeline.add_fault(kind="kill", at_request=call, after=True)
        attempt = ui.task(run_id, task)["try_number"] + 1
        ui.clear(run_id, task, downstream=False)
        ended = ui.wait_for_task(run_id, task, "success", "up_for_retry", "failed", attempt=attempt)
        (fault,) = pipeline.end_faults()
        if ended["state"] == "success":
            ui.wait(run_id)
            assert fault["fired"] == 0
            return call - 1
        assert fault["fired"] == 1, ui.log(run_id, task, attempt)
    raise AssertionError(f"{task} never succeeds")


@pytest.mark.parametrize("task", TASKS)
def test_a_task_may_be_killed_at_any_call(killed_run: KilledRun, task: str) -> None:
    assert killed_run.kills[task] > 0
    killed_run.final.check(jobs=[1], failed={"a.wav"})


def test_a_cleared_task_does_not_continue_with_the_outcomes_from_before(killed_run: KilledRun) -> None:
    """Each kill was followed by a clearing, and Airflow counts the attempts before it."""
    _, verification, moving = killed_run.generation.split("-")
    assert int(verification) > killed_run.kills["verify_transcripts"]
    assert int(moving) > killed_run.kills["move_to_processed"]
