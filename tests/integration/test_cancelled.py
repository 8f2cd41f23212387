"""A run that somebody cancels while its job works: the job ends too, and finished files are not transcribed again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from local.runs import Run
from local.stack import Stack
from tests.support.pipeline.final_state import FinalState
from tests.support.pipeline.pipeline import ENDED, Pipeline
from tests.support.pipeline.process_kills import halted_child, kill_worker
from tests.support.pipeline.spoken_recordings import CLIPS, long_recording
from tests.support.pipeline.waiting import until
from transcription.contract.run_keys import RunKeys, run_name

LONG, SHORT = "0-long.wav", ["1.wav", "2.wav"]


@dataclass(frozen=True)
class Story:
    """One run is cancelled. The next is cancelled while its task has no process. The third takes the rest."""

    cancelled: FinalState
    #: The second run's job right after that run turned red, and at the end.
    orphan: dict[str, Any]
    orphan_ended: dict[str, Any]
    second: Run
    third: FinalState


@pytest.fixture(scope="module")
def story(stack: Stack) -> Story:
    pipeline = Pipeline(stack)
    ui = pipeline.ui
    pipeline.clear()
    pipeline.upload_recordings({LONG: long_recording(), **dict(zip(SHORT, CLIPS, strict=False))})

    first_id = ui.trigger()
    with halted_child(first_id):
        results = RunKeys(run_name(first_id)).results
        until("the results of the short ones", lambda: len(pipeline.keys(results)) == len(SHORT))
        ui.wait_for_task(first_id, "transcribe", "running")
        ui.mark_run_failed(first_id)
        pipeline.wait_for_termination(first_id)
    until("the end of the job", lambda: pipeline.jobs(first_id)[0]["status"] in ENDED)
    cancelled = FinalState.read(pipeline, ui.wait(first_id))

    second_id = ui.trigger()
    with halted_child(second_id):
        kill_worker(ui.wait_for_task(second_id, "transcribe", "running"))
        ui.mark_run_failed(second_id)
        second = ui.wait(second_id)
        (orphan,) = pipeline.jobs(second_id)
        third_id = ui.trigger()
        pipeline.wait_for_termination(second_id)
    third = FinalState.read(pipeline, ui.wait(third_id))
    return Story(cancelled, orphan, pipeline.jobs(second_id)[0], second, third)


def test_a_cancelled_run_ends_its_job(story: Story) -> None:
    story.cancelled.check("failed", jobs=[3], left=[LONG, *SHORT])
    assert story.cancelled.jobs[0]["statusReason"] == "The task was ended in Airflow (failed)"
    assert "RUN_CANCELLED" in story.cancelled.logs


def test_a_job_that_nobody_waits_for_is_ended_by_the_next_run(story: Story) -> None:
    """Its task had no process left that could end the job. Without this, the audio would be paid for twice."""
    assert (story.second.state, story.orphan["status"]) == ("failed", "RUNNING")
    assert story.orphan_ended["status"] == "FAILED"
    assert run_name(story.third.run.run_id) in story.orphan_ended["statusReason"]


def test_the_next_run_takes_the_rest_and_transcribes_nothing_twice(story: Story) -> None:
    story.third.check(jobs=[1])
    assert story.third.report is not None
    assert (story.third.report["transcribed"], story.third.report["done_before"]) == (1, 2)
