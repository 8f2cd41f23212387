"""The task `evaluate`: an array job with a child for each model, and a plain job for one model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient
from tests.support.dags.bucket_objects import RUN
from tests.support.dags.evaluations import ORDER, make_evaluation_context
from transcription.contract.evaluation import EvaluationOrder
from transcription.contract.manifest import Failure
from transcription.contract.reason import Reason
from transcription.contract.run_keys import RunKeys
from transcription.evaluate.evaluate_operator import EvaluateOperator
from transcription.evaluate.evaluation_store import EVALUATIONS
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.job_record import Job
from transcription.shared.run_folder import Origin, write_origin
from transcription.shared.task_errors import AirflowFailException, AirflowSkipException
from transcription.transcribe.job_operator import JobOperator


@pytest.fixture(autouse=True)
def interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JobOperator, "_interrupted", Impatient())


def freeze(deployment: AirflowDeployment, order: EvaluationOrder = ORDER) -> None:
    """Write an order and its origin, as the task `check` does."""
    write_origin(deployment.bucket, order.run, Origin.of(make_evaluation_context("check")))
    EVALUATIONS.freeze(deployment.bucket, order)


def execute(deployment: AirflowDeployment, code: str) -> str:
    """Run the task once, with jobs that run Python code."""
    arn = deployment.queue.define(["python", "-c", code, "Ref::run"], name=f"evaluate-{RUN}")
    settings = deployment.settings
    task = EvaluateOperator(task_id="evaluate", job_queue=settings.job_queue, job_definition=arn)
    return task.execute(make_evaluation_context("evaluate"))


def children(deployment: AirflowDeployment, job_id: str) -> Any:
    return deployment.queue.describe(job_id).get("arrayProperties", {}).get("size")


def test_each_model_has_a_child(deployment: AirflowDeployment) -> None:
    freeze(deployment)
    job_id = execute(deployment, f"import sys; sys.exit(sys.argv[1] != {RUN!r})")
    job = deployment.queue.describe(job_id)
    assert (job["jobName"], job["status"], children(deployment, job_id)) == (f"evaluate-{RUN}", "SUCCEEDED", 2)
    record = deployment.bucket.read_record(Job, RunKeys(RUN).job)
    assert (record.job_id, record.status, record.failed) == (job_id, "SUCCEEDED", ())
    assert execute(deployment, "raise SystemExit(1)") == job_id, "a repeated task finds its job"


def test_one_model_is_a_plain_job(deployment: AirflowDeployment) -> None:
    freeze(deployment, replace(ORDER, models=("court-1",)))
    assert children(deployment, execute(deployment, "pass")) is None


def test_a_failed_child_says_why_and_a_cleared_task_submits_another_job(deployment: AirflowDeployment) -> None:
    freeze(deployment)
    code = "import os; raise SystemExit(os.environ['AWS_BATCH_JOB_ARRAY_INDEX'] == '1')"
    with pytest.raises(AirflowFailException, match=r"JOB_FAILED.*:1 failed: \(.*exit code 1.*no result yet"):
        execute(deployment, code)
    record = deployment.bucket.read_record(Job, RunKeys(RUN).job)
    assert [child.job_id for child in record.failed] == [f"{record.job_id}:1"]
    second = execute(deployment, "pass")
    assert [job["jobId"] for job in BatchQueue(deployment.queue.queue).jobs(f"evaluate-{RUN}")] == [
        second,
        record.job_id,
    ]


def test_the_reason_of_a_container_is_in_the_error(
    deployment: AirflowDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(deployment, replace(ORDER, models=("court-1",)))
    monkeypatch.setattr(
        "transcription.order.order_operator.find_reason", lambda *_: Reason(Failure("SET_TOO_SMALL", "add recordings"))
    )
    with pytest.raises(AirflowFailException, match=r"failed: SET_TOO_SMALL: add recordings \("):
        execute(deployment, "raise SystemExit(1)")


def test_a_dry_run_starts_nothing(deployment: AirflowDeployment) -> None:
    freeze(deployment, replace(ORDER, dry_run=True))
    with pytest.raises(AirflowSkipException):
        execute(deployment, "pass")
    assert BatchQueue(deployment.queue.queue).jobs(f"evaluate-{RUN}") == []


def test_a_run_without_an_order_names_the_task_that_writes_it(deployment: AirflowDeployment) -> None:
    with pytest.raises(AirflowFailException, match=r"RECORD_MISSING.*Clear the task check and those after it"):
        execute(deployment, "pass")
