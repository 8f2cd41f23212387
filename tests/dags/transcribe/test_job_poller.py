"""JobPoller: it waits for a job's end, gives up a job that never starts, and stops when the task has to end."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient, waits_for
from tests.support.dags.polled_jobs import Steps, logged_lines, poll, submit
from transcription.contract.errors import JobStuck
from transcription.shared import batch_job
from transcription.shared.bucket import Bucket
from transcription.transcribe.cancellation import TaskInterrupted


@pytest.fixture(autouse=True)
def info_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="transcription")


def test_a_job_is_polled_until_its_end(deployment: AirflowDeployment) -> None:
    assert poll(deployment, submit(deployment, "pass", 2))["status"] == batch_job.JOB_SUCCEEDED
    assert poll(deployment, submit(deployment, "raise SystemExit(1)", 1))["status"] == batch_job.JOB_FAILED


def test_a_task_that_has_to_end_while_it_counts_files_stops_counting(
    deployment: AirflowDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow kills the task after five seconds, and 100,000 results are 100 calls."""
    interrupted, listed = Impatient(), []

    def results(_: Bucket, prefix: str) -> Iterator[str]:
        for number in range(3):
            interrupted.set()
            listed.append(number)
            yield f"{prefix}{number}"

    monkeypatch.setattr(Bucket, "list", results)
    with pytest.raises(TaskInterrupted):
        poll(deployment, submit(deployment, "pass", 1), interrupted)
    assert listed == [0]


def test_a_task_that_has_to_end_leaves_the_job_alone(deployment: AirflowDeployment, gate: Path) -> None:
    job_id = submit(deployment, waits_for(gate))
    deployment.queue.reaches(f"{job_id}:1", "RUNNING")
    interrupted = Steps()
    interrupted.add(interrupted.set)
    with pytest.raises(TaskInterrupted):
        poll(deployment, job_id, interrupted)
    assert "TerminateJob" not in deployment.calls("batch")
    assert not batch_job.is_over(deployment.queue.describe(job_id))
    gate.touch()
    assert deployment.queue.ends(job_id)["status"] == "SUCCEEDED"


def test_a_task_that_has_to_end_before_the_first_poll_calls_nothing(deployment: AirflowDeployment) -> None:
    interrupted = Event()
    interrupted.set()
    with pytest.raises(TaskInterrupted):
        poll(deployment, "no-such-job", interrupted)
    assert deployment.calls("batch") == {}


@pytest.mark.parametrize("children", [1, 2])
def test_a_job_that_never_starts_is_ended_after_the_limit_with_batchs_reason(
    deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture, children: int
) -> None:
    deployment.configure(start_limit_minutes=0.01)
    deployment.aws.order(kind="stuck", reason="MISCONFIGURATION:NO_ROOM - make some")
    job_id = submit(deployment, "pass", children)
    deployment.queue.reaches(f"{job_id}:1" if children > 1 else job_id, "RUNNABLE")
    with pytest.raises(JobStuck) as caught:
        poll(deployment, job_id)
    assert f"{job_id} for 0.01 minutes" in caught.value.message
    assert "MISCONFIGURATION:NO_ROOM - make some" in caught.value.message
    assert "compute environment" in caught.value.message
    job = deployment.queue.ends(job_id)
    assert (job["status"], job["statusReason"]) == ("FAILED", "No child was started for 0.01 minutes")
    waits = [line for line in logged_lines(caplog, job_id) if line.startswith("waits")]
    assert waits == ["waits for a machine: MISCONFIGURATION:NO_ROOM - make some"]


def test_a_job_that_waits_without_a_reason_is_ended_too(deployment: AirflowDeployment, gate: Path) -> None:
    deployment.configure(start_limit_minutes=0.01)
    running = submit(deployment, waits_for(gate))
    deployment.queue.reaches(f"{running}:1", "RUNNING")
    with pytest.raises(JobStuck, match="Reason given by Batch: none"):
        poll(deployment, submit(deployment, "pass"))
    gate.touch()
    assert deployment.queue.ends(running)["status"] == "SUCCEEDED"


def test_a_job_whose_last_children_never_start_is_ended_and_keeps_what_is_done(deployment: AirflowDeployment) -> None:
    deployment.configure(start_limit_minutes=0.01)
    deployment.aws.order(kind="stuck", child=1)
    job_id = submit(deployment, "pass")
    deployment.queue.reaches(f"{job_id}:0", "SUCCEEDED")
    with pytest.raises(JobStuck, match="INSUFFICIENT_INSTANCE_CAPACITY"):
        poll(deployment, job_id)
    assert deployment.queue.ends(f"{job_id}:1")["status"] == "FAILED"
    assert deployment.queue.describe(f"{job_id}:0")["status"] == "SUCCEEDED"


def test_a_job_with_a_running_child_is_never_given_up(deployment: AirflowDeployment, gate: Path) -> None:
    """The limit is for starting: an hour of audio may take an hour."""
    deployment.configure(start_limit_minutes=0.01)
    deployment.aws.order(kind="stuck", child=1)
    job_id = submit(deployment, waits_for(gate))
    deployment.queue.reaches(f"{job_id}:0", "RUNNING")
    started = time.monotonic()

    def release_after_the_limit() -> None:
        if time.monotonic() - started > 1.2:
            deployment.aws.control("DELETE", "/_faults")
            deployment.queue.reaches(f"{job_id}:1", "RUNNING", "SUCCEEDED")
            gate.touch()

    job = poll(deployment, job_id, Steps(*[release_after_the_limit] * 1_000))
    assert job["status"] == batch_job.JOB_SUCCEEDED
