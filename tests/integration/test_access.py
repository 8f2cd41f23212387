"""A system that is broken from the start turns the run red. It never looks like a night without audio."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from local.resources import BUCKET, create_bucket
from tests.support.pipeline.faulty_run import run_with_faults, wait_for_end
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIP


def test_denied_access_is_red_and_not_a_quiet_night(pipeline: Pipeline) -> None:
    pipeline.upload_recordings({"a.wav": CLIP})
    pipeline.add_fault(kind="deny", methods=["LIST"], prefix="input/")
    faulty_run = run_with_faults(pipeline)
    faulty_run.final.check("failed", left=["a.wav"])
    assert faulty_run.final.run.tasks["wait_for_audio"] == "failed"
    assert "AccessDenied" in faulty_run.logs["wait_for_audio"]


def test_a_missing_bucket_is_red_and_not_a_quiet_night(pipeline: Pipeline) -> None:
    with _no_bucket(pipeline):
        run = wait_for_end(pipeline, pipeline.ui.trigger())
    assert run.state == "failed"
    assert run.tasks["wait_for_audio"] == "failed"
    assert "NoSuchBucket" in pipeline.log(run, "wait_for_audio")


@contextmanager
def _no_bucket(pipeline: Pipeline) -> Iterator[None]:
    pipeline.s3.delete_bucket(Bucket=BUCKET)
    try:
        yield
    finally:
        create_bucket(pipeline.s3)


def test_a_job_for_which_there_is_no_machine_ends_red_with_batchs_reason(pipeline: Pipeline) -> None:
    """Without a limit the job would wait for days, and nobody would know."""
    pipeline.upload_recordings({"a.wav": CLIP, "b.wav": CLIP})
    pipeline.add_fault(kind="stuck")
    faulty_run = run_with_faults(pipeline)
    faulty_run.final.check("failed", jobs=[2], left=["a.wav", "b.wav"])
    for text in ("JOB_STUCK", "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"):
        assert text in faulty_run.logs["transcribe"]
    assert {job["status"] for job in faulty_run.final.jobs} == {"FAILED"}
