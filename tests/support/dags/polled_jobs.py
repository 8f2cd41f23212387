"""Batch jobs that tests let a JobPoller poll, and the lines that it logs about them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient
from tests.support.dags.bucket_objects import make_plan, upload
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Plan
from transcription.shared import batch_job
from transcription.shared.batch_job import JobDescription
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.transcribe.job_poller import JobPoller

PLAN = make_plan(files=3)
_LOGGERS = ("transcription.transcribe.job_poller", "transcription.transcribe.job_progress")


class Steps(Impatient):
    """An event whose `wait` first calls the next step, so that a test acts between two polls of a job."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        super().__init__()
        self._steps = list(steps)

    def add(self, step: Callable[[], object]) -> None:
        """Append a step, which may use this event."""
        self._steps.append(step)

    def wait(self, timeout: float | None = None) -> bool:
        """Take the next step, if there is one, then wait for a moment."""
        if self._steps:
            self._steps.pop(0)()
        return super().wait(timeout)


def submit(deployment: AirflowDeployment, code: str, children: int = 2) -> str:
    """Submit a job that runs this Python code; return its id."""
    definition = deployment.define(code)
    return BatchQueue(deployment.queue.queue).submit(batch_job.job_name(PLAN.run), definition, children, {}, set())


def poll(
    deployment: AirflowDeployment, job_id: str, interrupted: Event | None = None, plan: Plan = PLAN
) -> JobDescription:
    """Poll the job until its end; return its description."""
    batch = BatchQueue(deployment.queue.queue)
    poller = JobPoller(batch, deployment.bucket, plan, deployment.settings, interrupted or Impatient())
    return poller.wait_for_end(job_id)


def commit(bucket: Bucket, *numbers: int) -> None:
    """Write a result record for each of these files of `PLAN`."""
    for number in numbers:
        upload(bucket, RunKeys(PLAN.run).result(number), b"{}")


def logged_lines(caplog: pytest.LogCaptureFixture, job_id: str) -> list[str]:
    """Return what was logged about a job, without its id; fail if a line does not begin with it."""
    lines = [record.getMessage() for record in caplog.records if record.name in _LOGGERS]
    assert all(line.startswith((f"Job {job_id} ", f"Job {job_id}:")) for line in lines)
    return [line.removeprefix(f"Job {job_id}").lstrip(": ") for line in lines]
