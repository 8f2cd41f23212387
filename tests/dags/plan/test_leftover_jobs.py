"""Leftover jobs: the jobs of other runs are ended, this run's own job is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tenacity import wait_fixed

from tests.support.dags.airflow_deployment import AirflowDeployment, TaskInstance, make_context, resists, waits_for
from tests.support.dags.bucket_objects import RUN, RUN_ID
from tests.support.standin.standin_server import wait_for
from transcription.contract.errors import RunBusy
from transcription.plan import leftover_jobs
from transcription.plan.leftover_jobs import end_leftover_jobs, is_at_work
from transcription.shared import batch_job
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.shared.run_folder import Origin, write_origin


def is_over(run: str) -> bool:
    """Say of every run that it is not at work."""
    return False


@pytest.fixture
def polls_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll every 50 ms whether the jobs have ended."""
    monkeypatch.setattr(leftover_jobs, "wait_fixed", lambda _: wait_fixed(0.05))


def start(deployment: AirflowDeployment, name: str, gate: Path, children: int = 1) -> str:
    """Submit a job that runs until the file `gate` exists; return its id."""
    definition = deployment.define(waits_for(gate))
    return BatchQueue(deployment.queue.queue).submit(name, definition, children, {}, set())


@pytest.mark.usefixtures("polls_often")
def test_jobs_that_other_runs_left_are_ended_and_ours_is_not(deployment: AirflowDeployment, gate: Path) -> None:
    """Otherwise the job of a cancelled run would transcribe the same audio as this run, and AWS would bill both."""
    own = start(deployment, batch_job.job_name(RUN), gate)
    leftover = start(deployment, batch_job.job_name("manual-yesterday"), gate, children=2)
    foreign = start(deployment, "something-else", gate)
    deployment.queue.reaches(own, "RUNNING")
    deployment.queue.reaches(f"{leftover}:0", "RUNNING")
    end_leftover_jobs(BatchQueue(deployment.queue.queue), RUN, is_over)
    job = deployment.queue.describe(leftover)
    assert (job["status"], job["statusReason"]) == ("FAILED", f"Its run is over; {RUN} takes what it left")
    for job_id in (own, foreign):
        assert not batch_job.is_ending(deployment.queue.describe(job_id))
    gate.touch()
    assert {deployment.queue.ends(job_id)["status"] for job_id in (own, foreign)} == {"SUCCEEDED"}


def test_the_job_of_a_run_that_is_not_over_is_kept_and_no_job_is_ended(
    deployment: AirflowDeployment, gate: Path
) -> None:
    leftover = start(deployment, batch_job.job_name("manual-yesterday"), gate)
    working = start(deployment, batch_job.job_name("backfill-today"), gate)
    with pytest.raises(RunBusy, match=f"{working} of the run backfill-today still works"):
        end_leftover_jobs(BatchQueue(deployment.queue.queue), RUN, lambda run: run == "backfill-today")
    assert "TerminateJob" not in deployment.calls("batch")
    gate.touch()
    assert {deployment.queue.ends(job_id)["status"] for job_id in (leftover, working)} == {"SUCCEEDED"}


@pytest.mark.usefixtures("polls_often")
def test_jobs_of_another_job_definition_are_never_ended(deployment: AirflowDeployment, gate: Path) -> None:
    """Others may use the same queue, and their jobs may have the same names: also that of this run."""
    definition, names = deployment.queue.define(["python", "-c", waits_for(gate)]), ("manual-yesterday", RUN)
    batch = BatchQueue(deployment.queue.queue)
    foreign = [batch.submit(batch_job.job_name(name), definition, 1, {}, set()) for name in names]
    leftover = start(deployment, batch_job.job_name("manual-yesterday"), gate)
    queue = BatchQueue(deployment.queue.queue, deployment.settings.job_definition)
    end_leftover_jobs(queue, RUN, is_over)
    assert deployment.queue.describe(leftover)["status"] == "FAILED"
    assert queue.jobs(batch_job.job_name(RUN)) == []
    gate.touch()
    assert {deployment.queue.ends(job_id)["status"] for job_id in foreign} == {"SUCCEEDED"}


@pytest.mark.parametrize(
    ("state", "at_work"), [("running", True), ("queued", True), ("failed", False), ("success", False), (None, False)]
)
def test_airflow_says_whether_a_run_is_over(bucket: Bucket, state: str | None, at_work: bool) -> None:
    """Airflow has no state for a deleted run."""
    other, ti = TaskInstance(run_id="other"), TaskInstance(runs={("transcribe_audio", "other"): state or "deleted"})
    write_origin(bucket, "other-name", Origin.of(make_context(other)))
    assert is_at_work(bucket, ti, "other-name") is at_work


def test_runs_that_airflow_cannot_know_are_over(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one run has the lease, and this one has it."""
    ti = TaskInstance(runs={("transcribe_audio", "other"): "running", ("transcribe_audio", RUN_ID): "running"})
    write_origin(bucket, "deleted", Origin.of(make_context(ti)))
    assert not is_at_work(bucket, ti, "deleted")  # its id is that of the run that asks
    assert not is_at_work(bucket, ti, "planned-by-an-earlier-version")
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://another.example")
    write_origin(bucket, "foreign", Origin.of(make_context(TaskInstance(run_id="other"))))
    monkeypatch.delenv("AIRFLOW__API__BASE_URL")
    assert not is_at_work(bucket, ti, "foreign")


@pytest.mark.usefixtures("polls_often")
def test_jobs_that_are_over_are_not_terminated(deployment: AirflowDeployment, gate: Path) -> None:
    gate.touch()
    deployment.queue.ends(start(deployment, batch_job.job_name("manual-yesterday"), gate))
    end_leftover_jobs(BatchQueue(deployment.queue.queue), RUN, is_over)
    assert "TerminateJob" not in deployment.calls("batch")


@pytest.mark.usefixtures("polls_often")
def test_a_container_that_does_not_end_is_not_awaited_for_ever(
    deployment: AirflowDeployment, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftover_jobs, "_TIMEOUT", 0.3)
    definition = deployment.define(resists(2, gate))
    job_id = BatchQueue(deployment.queue.queue).submit(batch_job.job_name("manual-yesterday"), definition, 1, {}, set())
    wait_for(gate.exists, "the job")
    end_leftover_jobs(BatchQueue(deployment.queue.queue), RUN, is_over)
    job = deployment.queue.describe(job_id)
    assert (job["status"], batch_job.is_ending(job)) == ("RUNNING", True)
    deployment.queue.ends(job_id)
