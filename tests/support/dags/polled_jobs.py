"""Batch jobs for the tests of `JobPoller`, and the log lines about these jobs."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient
from tests.support.dags.bucket_objects import make_plan, upload
from transcription.contract.manifest import Plan
from transcription.contract.run_keys import RunKeys
from transcription.shared import batch_job
from transcription.shared.batch_job import JobDescription
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.transcribe.job_poller import JobPoller
from transcription.transcribe.job_progress import JobProgress

PLAN = make_plan(files=3)
_LOGGERS = ("transcription.transcribe.job_poller", "transcription.transcribe.job_progress")


class Steps(Impatient):
    """An event whose `wait` first calls the next step of the test, so that the test acts between two polls of a job."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        super().__init__()
        self._steps = list(steps)

    def add(self, step: Callable[[], object]) -> None:
        """Add a step after the others. The step may use this event."""
        self._steps.append(step)

    def wait(self, timeout: float | None = None) -> bool:
        """Call the next step, if there is one, then wait as `Impatient` does."""
        if self._steps:
            self._steps.pop(0)()
        return super().wait(timeout)


def submit(deployment: AirflowDeployment, code: str, children: int = 2) -> str:
    """Submit a job with this Python code and number of children, and return the id of the job."""
    definition = deployment.define(code)
    return BatchQueue(deployment.queue.queue).submit(batch_job.job_name(PLAN.run), definition, children, {}, set())


def poll(
    deployment: AirflowDeployment, job_id: str, interrupted: Event | None = None, plan: Plan = PLAN
) -> JobDescription:
    """Poll a job until the job has ended, and return the description of the job."""
    batch = BatchQueue(deployment.queue.queue)
    interrupted = interrupted or Impatient()
    progress = JobProgress(deployment.bucket, plan, interrupted)
    poller = JobPoller(batch, progress, deployment.settings, interrupted)
    return poller.wait_for_end(job_id)


def commit(bucket: Bucket, *numbers: int) -> None:
    """Write a result record for each file of `PLAN` with one of these numbers."""
    for number in numbers:
        upload(bucket, RunKeys(PLAN.run).result(number), b"{}")


def logged_lines(caplog: pytest.LogCaptureFixture, job_id: str) -> list[str]:
    """Return the lines that were logged about a job, without the job's id at their start.

    Raises:
        AssertionError: a line does not begin with the job's id.
    """
    lines = [record.getMessage() for record in caplog.records if record.name in _LOGGERS]
    assert all(line.startswith((f"Job {job_id} ", f"Job {job_id}:")) for line in lines)
    return [line.removeprefix(f"Job {job_id}").lstrip(": ") for line in lines]
