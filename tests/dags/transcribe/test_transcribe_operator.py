"""TranscribeOperator: what it submits, and what it records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tenacity import wait_none

from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient, TaskInstance, waits_for
from tests.support.dags.bucket_objects import RUN, RUN_ID, freeze, upload_all
from tests.support.dags.transcribe_task import JOB_NAME, execute, job_record, submitted, while_waiting
from transcription.contract.manifest import Plan
from transcription.contract.run_keys import run_name
from transcription.shared import batch_job, batch_queue, task_links
from transcription.shared.job_record import Job
from transcription.shared.task_errors import AirflowFailException, AirflowSkipException


def test_a_run_is_one_array_job_with_a_child_for_each_shard(deployment: AirflowDeployment, plan: Plan) -> None:
    deployment.define("import sys; print(*sys.argv[1:])")
    job_id = execute(deployment)
    assert job_id
    job = deployment.queue.describe(job_id)
    assert (job["jobName"], job["status"], batch_job.child_count(job)) == (JOB_NAME, batch_job.JOB_SUCCEEDED, 2)
    assert job["parameters"] == {"run": plan.run, "draft": plan.draft}
    assert submitted(deployment) == [job_id]


def test_one_shard_is_a_plain_job(deployment: AirflowDeployment) -> None:
    freeze(deployment.bucket, upload_all(deployment.bucket, "input/a.wav"))
    deployment.define("pass")
    job_id = execute(deployment)
    assert job_id
    assert "arrayProperties" not in deployment.queue.describe(job_id)


def test_another_run_has_another_job(deployment: AirflowDeployment) -> None:
    deployment.define("pass")
    jobs = set()
    for run_id in (RUN_ID, RUN_ID.replace("2026", "2027")):
        freeze(deployment.bucket, upload_all(deployment.bucket, "input/a.wav"), run=run_name(run_id))
        jobs.add(execute(deployment, TaskInstance(run_id=run_id)))
    assert len(jobs) == 2


def test_a_run_with_nothing_to_transcribe_starts_nothing(deployment: AirflowDeployment) -> None:
    freeze(deployment.bucket, done=upload_all(deployment.bucket, "input/a.wav"))
    assert execute(deployment) is None
    assert deployment.calls("batch") == {}


def test_a_dry_run_starts_nothing_and_is_skipped(deployment: AirflowDeployment) -> None:
    freeze(deployment.bucket, upload_all(deployment.bucket, "input/a.wav"), dry_run=True)
    with pytest.raises(AirflowSkipException):
        execute(deployment)
    assert deployment.calls("batch") == {}


def test_a_run_without_a_plan_starts_nothing_and_says_why(deployment: AirflowDeployment) -> None:
    with pytest.raises(AirflowFailException, match="MANIFEST_MISSING"):
        execute(deployment)
    assert deployment.calls("batch") == {}


@pytest.mark.usefixtures("plan")
def test_a_missing_job_definition_fails_at_once(deployment: AirflowDeployment) -> None:
    """A retry cannot help."""
    with pytest.raises(AirflowFailException, match=r"\[JOB_REFUSED\].*no-such-definition"):
        execute(deployment)


@pytest.mark.usefixtures("plan")
def test_a_lost_answer_to_a_submission_causes_no_second_job(
    deployment: AirflowDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_queue, "wait_random_exponential", lambda **_: wait_none())
    deployment.define("pass")
    deployment.aws.order(kind="lose_answer", action="SubmitJob", times=1)
    job_id = execute(deployment)
    assert submitted(deployment) == [job_id]


def test_the_record_holds_the_job_and_its_vcpu_hours(deployment: AirflowDeployment, plan: Plan) -> None:
    deployment.define("import time; time.sleep(0.3)")
    job_id = execute(deployment)
    record = job_record(deployment)
    assert record == Job(RUN, job_id or "", JOB_NAME, batch_job.JOB_SUCCEEDED, 1, record.vcpu_hours, draft=plan.draft)
    assert 0.6 <= record.vcpu_hours * 3600 < 20


@pytest.mark.usefixtures("small")
def test_the_record_counts_attempts_that_spot_reclaimed(deployment: AirflowDeployment) -> None:
    deployment.aws.order(kind="spot_reclaim", attempt=1, after_seconds=0.8)
    rules = [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]
    first = "import os, time; time.sleep(60 * (os.environ['AWS_BATCH_JOB_ATTEMPT'] == '1'))"
    deployment.define(first, retryStrategy={"attempts": 3, "evaluateOnExit": rules})
    execute(deployment)
    assert job_record(deployment).vcpu_hours * 3600 >= 0.8


@pytest.mark.usefixtures("plan")
def test_the_record_and_the_buttons_are_there_while_the_job_runs(
    deployment: AirflowDeployment, gate: Path, interruption: Impatient
) -> None:
    deployment.define(waits_for(gate))
    ti = TaskInstance()
    states: list[tuple[Job, dict[str, Any]]] = []

    def look() -> None:
        states.append((job_record(deployment), dict(ti.xcoms)))
        gate.touch()

    while_waiting(interruption, look)
    job_id = execute(deployment, ti)
    record, buttons = states[0]
    assert (record.job_id, record.status, record.jobs, record.vcpu_hours) == (job_id, "SUBMITTED", 1, 0.0)
    assert set(buttons) == {task_links.TRANSCRIPTS_LINK.xcom_key, task_links.JOB_LINK.xcom_key}
