"""Jobs of which Batch starts nothing: the task ends them and names the reason."""

from __future__ import annotations

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.transcribe_task import execute, job_record, submit, submitted
from transcription.contract.manifest import Plan
from transcription.shared import batch_job
from transcription.shared.task_errors import AirflowFailException


@pytest.mark.usefixtures("plan")
def test_a_job_that_never_starts_is_ended_and_the_error_says_why(deployment: AirflowDeployment) -> None:
    deployment.configure(start_limit_minutes=0.01)
    deployment.aws.order(kind="stuck", reason="MISCONFIGURATION:NO_ROOM")
    deployment.define("pass")
    with pytest.raises(AirflowFailException, match=r"JOB_STUCK.*MISCONFIGURATION:NO_ROOM"):
        execute(deployment)
    (job_id,) = submitted(deployment)
    assert deployment.queue.ends(job_id)["status"] == batch_job.JOB_FAILED


def test_a_job_whose_termination_never_finishes_is_named(
    deployment: AirflowDeployment, small: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task that finds the job has submitted none itself; it used to ask Batch for the job "None" for a minute."""
    deployment.configure(start_limit_minutes=0.01)
    deployment.aws.order(kind="stuck")
    deployment.define("pass")
    job_id = submit(deployment, small)
    # The local Batch ends a job at once if none of it has started.
    monkeypatch.setattr(batch_job, "is_ending", lambda _: True)
    with pytest.raises(AirflowFailException, match=rf"JOB_STUCK.*{job_id}"):
        execute(deployment)
    assert (job_record(deployment).job_id, job_record(deployment).status) == (job_id, batch_job.JOB_FAILED)


@pytest.mark.usefixtures("plan")
def test_the_vcpu_hours_of_a_partly_started_job_are_recorded(deployment: AirflowDeployment) -> None:
    """They are paid for."""
    deployment.configure(start_limit_minutes=0.01)
    deployment.aws.order(kind="stuck", child=1)
    deployment.define("import time; time.sleep(0.3)")
    with pytest.raises(AirflowFailException, match="JOB_STUCK"):
        execute(deployment)
    assert job_record(deployment).status == batch_job.JOB_FAILED
    assert job_record(deployment).vcpu_hours > 0
