"""Faults of AWS Batch that pass are retried: Spot reclaims, image pulls that fail once, throttling."""

from __future__ import annotations

import pytest

from local.stack import Stack
from tests.integration.conftest import CHILDREN
from tests.support.pipeline.faulty_run import FaultyRun, run_with_faults
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIP, SILENCE
from transcription.contract.options import DEFAULT_FORMATS

#: The number of S3 requests of a child with two files: one for its shard; then for each file one for the result record,
#: the audio, the text, each format, the JSON, and the new result record.
MOMENTS = 1 + 2 * (5 + len(DEFAULT_FORMATS))
#: Every second machine sends SIGTERM so many seconds before it ends. The others end at once.
NOTICE_SECONDS = 10


@pytest.fixture(scope="module")
def faulty_run(stack: Stack) -> FaultyRun:
    """A run whose submission is throttled, and whose machines are all reclaimed, each at another S3 request."""
    pipeline = Pipeline(stack)
    pipeline.clear()
    pipeline.add_fault(kind="throttle", action="SubmitJob", times=5)
    pipeline.add_fault(kind="throttle", action="DescribeJobs", times=3)
    pipeline.add_fault(kind="image_pull", child=7, attempt=2)
    for number in range(CHILDREN):
        pipeline.upload_recordings({f"{number:02}.wav": CLIP, f"short/{number:02}.wav": SILENCE})
        notice = NOTICE_SECONDS * (number % 2)
        pipeline.add_fault(kind="spot_reclaim", child=number, attempt=1, at_request=number + 1, notice_seconds=notice)
    return run_with_faults(pipeline)


def test_a_machine_may_be_taken_away_at_any_moment(faulty_run: FaultyRun) -> None:
    assert CHILDREN == MOMENTS
    assert faulty_run.fired(kind="spot_reclaim") == [1] * MOMENTS
    faulty_run.final.check(jobs=[CHILDREN])


def test_all_machines_may_be_taken_away(faulty_run: FaultyRun) -> None:
    assert len(faulty_run.fired(kind="spot_reclaim")) == CHILDREN
    faulty_run.final.check(jobs=[CHILDREN])


def test_an_image_that_cannot_be_pulled_once_is_pulled_again(faulty_run: FaultyRun) -> None:
    assert faulty_run.fired(kind="image_pull") == [1]
    faulty_run.final.check(jobs=[CHILDREN])


def test_throttled_submissions_end_in_one_job(faulty_run: FaultyRun) -> None:
    assert faulty_run.fired(action="SubmitJob") == [5]
    faulty_run.final.check(jobs=[CHILDREN])


def test_throttled_looks_at_the_job_do_not_fail_the_run(faulty_run: FaultyRun) -> None:
    assert faulty_run.fired(action="DescribeJobs") == [3]
    faulty_run.final.check(jobs=[CHILDREN])
