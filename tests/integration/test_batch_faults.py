"""AWS Batch at its worst: machines taken away, no image, throttling. What can pass is tried again, by itself."""

from __future__ import annotations

import pytest

from local.stack import Stack
from tests.integration.conftest import CHILDREN
from tests.support.pipeline.fault_scenarios import Night, spend_night
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIP, SILENCE
from transcription.contract.options import FORMATS

#: The S3 requests of a child with two files: its shard; then for each file whether it is done, the audio, the text, the
#: subtitles, the JSON, the record that commits it.
MOMENTS = 1 + 2 * (5 + len(FORMATS))
#: Every second machine gives notice by SIGTERM, the others are gone at once.
NOTICE_SECONDS = 10


@pytest.fixture(scope="module")
def night(stack: Stack) -> Night:
    """It takes long until the job is there; then every machine is taken back, each at another moment of its work."""
    pipeline = Pipeline(stack)
    pipeline.clear()
    pipeline.add_fault(kind="throttle", action="SubmitJob", times=5)
    pipeline.add_fault(kind="throttle", action="DescribeJobs", times=3)
    pipeline.add_fault(kind="image_pull", child=7, attempt=2)
    for number in range(CHILDREN):
        pipeline.give({f"{number:02}.wav": CLIP, f"short/{number:02}.wav": SILENCE})
        notice = NOTICE_SECONDS * (number % 2)
        pipeline.add_fault(kind="spot_reclaim", child=number, attempt=1, at_request=number + 1, notice_seconds=notice)
    return spend_night(pipeline)


def test_a_machine_may_be_taken_away_at_any_moment(night: Night) -> None:
    assert CHILDREN == MOMENTS
    assert night.fired(kind="spot_reclaim") == [1] * MOMENTS
    night.aftermath.check(jobs=[CHILDREN])


def test_all_machines_may_be_taken_away(night: Night) -> None:
    assert len(night.fired(kind="spot_reclaim")) == CHILDREN
    night.aftermath.check(jobs=[CHILDREN])


def test_an_image_that_cannot_be_pulled_once_is_pulled_again(night: Night) -> None:
    assert night.fired(kind="image_pull") == [1]
    night.aftermath.check(jobs=[CHILDREN])


def test_throttled_submissions_end_in_one_job(night: Night) -> None:
    assert night.fired(action="SubmitJob") == [5]
    night.aftermath.check(jobs=[CHILDREN])


def test_throttled_looks_at_the_job_do_not_fail_the_run(night: Night) -> None:
    assert night.fired(action="DescribeJobs") == [3]
    night.aftermath.check(jobs=[CHILDREN])
