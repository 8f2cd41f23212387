"""The end of the task before its job has ended: the job ends if a person ended the task, and continues otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient, TaskInstance, make_context, waits_for
from tests.support.dags.transcribe_task import execute, kill_while_waiting, make_task, submit, submitted, while_waiting
from transcription.contract.errors import RunCancelled
from transcription.contract.manifest import Plan
from transcription.shared import batch_job
from transcription.shared.task_errors import AirflowFailException
from transcription.transcribe.cancellation import TaskInterrupted
from transcription.transcribe.transcribe_operator import TranscribeOperator


def kill_at_work(
    deployment: AirflowDeployment, plan: Plan, gate: Path, interruption: Impatient
) -> tuple[str, TranscribeOperator]:
    """Start a job that waits for `gate`, and create a task that is killed while it waits for the job."""
    deployment.define(waits_for(gate))
    job_id = submit(deployment, plan)
    deployment.queue.reaches(job_id, "RUNNING")
    task = make_task(deployment)
    kill_while_waiting(interruption, task)
    return job_id, task


@pytest.mark.parametrize("state", ["failed", "success", "skipped", "removed", "deleted"])
def test_a_task_that_somebody_ended_for_good_ends_its_job(
    deployment: AirflowDeployment, small: Plan, gate: Path, interruption: Impatient, state: str
) -> None:
    """After "mark failed", "mark success" or the deletion of the run, the job used to continue, and to cost."""
    job_id, task = kill_at_work(deployment, small, gate, interruption)
    with pytest.raises(AirflowFailException, match="RUN_CANCELLED") as caught:
        task.execute(make_context(TaskInstance(state=state)))
    assert isinstance(caught.value.__context__, RunCancelled)
    job = deployment.queue.ends(job_id)
    assert (job["status"], job["statusReason"]) == ("FAILED", f"The task was ended in Airflow ({state})")
    assert len(submitted(deployment)) == 1


@pytest.mark.parametrize("state", ["running", "restarting", "queued", "scheduled", "up_for_retry", None])
def test_a_task_that_continues_elsewhere_leaves_its_job_and_finds_it_again(
    deployment: AirflowDeployment, small: Plan, gate: Path, interruption: Impatient, state: str | None
) -> None:
    """The task was cleared while it ran, or its worker shuts down. If the job ended, it would be paid for twice."""
    job_id, task = kill_at_work(deployment, small, gate, interruption)
    with pytest.raises(TaskInterrupted, match="the next attempt waits for it"):
        task.execute(make_context(TaskInstance(state=state)))
    assert "TerminateJob" not in deployment.calls("batch")
    assert not batch_job.is_ending(deployment.queue.describe(job_id))
    gate.touch()
    interruption.clear()
    while_waiting(interruption, lambda: None)
    assert execute(deployment) == job_id
    assert submitted(deployment) == [job_id]


@pytest.mark.usefixtures("small")
def test_a_task_that_is_ended_before_it_submits_a_job_leaves_none_running(
    deployment: AirflowDeployment, interruption: Impatient
) -> None:
    deployment.define("pass")
    interruption.set()
    with pytest.raises(AirflowFailException, match="RUN_CANCELLED"):
        execute(deployment, TaskInstance(state="failed"))
    for job_id in submitted(deployment):
        assert deployment.queue.ends(job_id)
