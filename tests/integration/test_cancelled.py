"""A run that somebody ends while its job is at work: the job ends too, and what it did is not done again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from local.runs import Run
from local.stack import Stack
from tests.support.pipeline.pipeline import OVER, Pipeline
from tests.support.pipeline.process_kills import halted_child, kill_worker
from tests.support.pipeline.run_checks import Aftermath
from tests.support.pipeline.spoken_recordings import CLIPS, long_recording
from tests.support.pipeline.waiting import until
from transcription.contract.keys import RunKeys, run_name

LONG, SHORT = "0-long.wav", ["1.wav", "2.wav"]


@dataclass(frozen=True)
class Story:
    """A run is cancelled; the next one too, while nobody is there to be told; the third one takes what is left."""

    cancelled: Aftermath
    #: The second run's job when that run was red already, and at the end.
    orphan: dict[str, Any]
    orphan_ended: dict[str, Any]
    second: Run
    third: Aftermath


@pytest.fixture(scope="module")
def story(stack: Stack) -> Story:
    pipeline = Pipeline(stack)
    people = pipeline.people
    pipeline.clear()
    pipeline.give({LONG: long_recording(), **dict(zip(SHORT, CLIPS, strict=False))})

    first_id = people.trigger()
    with halted_child(first_id):
        results = RunKeys(run_name(first_id)).results
        until("the results of the short ones", lambda: len(pipeline.keys(results)) == len(SHORT))
        people.wait_for_task(first_id, "transcribe", "running")
        people.mark_run_failed(first_id)
        pipeline.wait_for_termination(first_id)
    until("the end of the job", lambda: pipeline.jobs(first_id)[0]["status"] in OVER)
    cancelled = Aftermath.of(pipeline, people.wait(first_id))

    second_id = people.trigger()
    with halted_child(second_id):
        kill_worker(people.wait_for_task(second_id, "transcribe", "running"))
        people.mark_run_failed(second_id)
        second = people.wait(second_id)
        (orphan,) = pipeline.jobs(second_id)
        third_id = people.trigger()
        pipeline.wait_for_termination(second_id)
    third = Aftermath.of(pipeline, people.wait(third_id))
    return Story(cancelled, orphan, pipeline.jobs(second_id)[0], second, third)


def test_a_cancelled_run_ends_its_job(story: Story) -> None:
    story.cancelled.check("failed", jobs=[3], left=[LONG, *SHORT])
    assert story.cancelled.jobs[0]["statusReason"] == "The task was ended in Airflow (failed)"
    assert "RUN_CANCELLED" in story.cancelled.logs


def test_a_job_that_nobody_waits_for_is_ended_by_the_next_run(story: Story) -> None:
    """Its task had no process any more that could have ended it; the audio would be paid for twice."""
    assert (story.second.state, story.orphan["status"]) == ("failed", "RUNNING")
    assert story.orphan_ended["status"] == "FAILED"
    assert run_name(story.third.run.run_id) in story.orphan_ended["statusReason"]


def test_the_next_run_takes_the_rest_and_transcribes_nothing_twice(story: Story) -> None:
    story.third.check(jobs=[1])
    assert story.third.report is not None
    assert (story.third.report["transcribed"], story.third.report["done_before"]) == (1, 2)
