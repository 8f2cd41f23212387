"""The task `teach`: one job per teaching for all attempts of the task, and another one only after a failure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient, TaskInstance, waits_for
from tests.support.dags.bucket_objects import RUN
from tests.support.dags.teachings import KEYS, ORDER, freeze_order, make_teach_context
from tests.support.dags.transcribe_task import while_waiting
from transcription.contract.manifest import Failure
from transcription.contract.reason import Reason
from transcription.shared import aws_console, batch_job, task_links
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.job_record import Job
from transcription.shared.task_errors import AirflowFailException, AirflowSkipException
from transcription.teach.teach_operator import TeachOperator, job_name
from transcription.transcribe.cancellation import TaskInterrupted
from transcription.transcribe.job_operator import JobOperator


@pytest.fixture(autouse=True)
def interruption(monkeypatch: pytest.MonkeyPatch) -> Impatient:
    """Return a new event for `on_kill` to set."""
    interruption = Impatient()
    monkeypatch.setattr(JobOperator, "_interrupted", interruption)
    return interruption


@pytest.fixture
def ordered(deployment: AirflowDeployment) -> AirflowDeployment:
    """Return a deployment with an order."""
    freeze_order(deployment.bucket)
    return deployment


def define(deployment: AirflowDeployment, code: str, **properties: object) -> None:
    """Register a job definition whose jobs run Python code, and use it to teach."""
    arn = deployment.queue.define(["python", "-c", code, "Ref::run"], name=f"teach-{RUN}", **properties)
    deployment.configure(teach_job_definition=arn)


def make_task(deployment: AirflowDeployment) -> TeachOperator:
    settings = deployment.settings
    return TeachOperator(task_id="teach", job_queue=settings.job_queue, job_definition=settings.teach_job_definition)


def execute(deployment: AirflowDeployment, **fields: object) -> str:
    """Run the task once, as one try of Airflow does, with these fields of its task instance."""
    context = make_teach_context("teach")
    context["ti"] = TaskInstance(dag_id="teach_model", task_id="teach", **fields)  # type: ignore[arg-type]
    return make_task(deployment).execute(context)


def submitted(deployment: AirflowDeployment) -> list[str]:
    """Return the ids of the jobs of the teaching, the newest first."""
    return [job["jobId"] for job in BatchQueue(deployment.queue.queue).jobs(job_name(RUN))]


def test_a_teaching_is_one_plain_job_with_the_name_of_its_run(ordered: AirflowDeployment) -> None:
    define(ordered, f"import sys; sys.exit(sys.argv[1] != {RUN!r})")
    job_id = execute(ordered)
    job = ordered.queue.describe(job_id)
    assert (job["jobName"], job["status"]) == (f"teach-{RUN}", batch_job.JOB_SUCCEEDED)
    assert job["parameters"] == {"run": RUN}
    record = ordered.bucket.read_record(Job, KEYS.job)
    assert (record.job_id, record.status, record.jobs, record.failed) == (job_id, "SUCCEEDED", 1, ())
    assert record.vcpu_hours > 0


def test_in_aws_buttons_lead_to_the_job_and_its_log(
    ordered: AirflowDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws_console, "has_console", lambda endpoint: True)
    define(ordered, "pass")
    context = make_teach_context("teach")
    job_id = make_task(ordered).execute(context)
    xcoms = context["ti"].xcoms
    assert xcoms[task_links.JOB_LINK.xcom_key].endswith(f"#jobs/detail/{job_id}")
    assert "#logsV2:" in xcoms[task_links.JOB_LOG_LINK.xcom_key]


def test_a_cleared_task_finds_the_job_that_succeeded(ordered: AirflowDeployment) -> None:
    define(ordered, "pass")
    first = execute(ordered)
    assert execute(ordered, id="cleared", try_number=2) == first
    assert submitted(ordered) == [first]


def test_a_task_that_was_interrupted_leaves_its_job_and_the_next_attempt_waits_for_it(
    ordered: AirflowDeployment, interruption: Impatient, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(ordered, waits_for(gate))
    while_waiting(interruption, lambda: TeachOperator.on_kill(make_task(ordered)))
    with pytest.raises(TaskInterrupted, match="The Batch job continues"):
        execute(ordered)
    second = Impatient()
    while_waiting(second, gate.touch)
    monkeypatch.setattr(JobOperator, "_interrupted", second)
    job_id = execute(ordered, id="second", try_number=2)
    assert submitted(ordered) == [job_id]


def test_a_person_who_ends_the_task_ends_the_job(
    ordered: AirflowDeployment, interruption: Impatient, gate: Path
) -> None:
    define(ordered, waits_for(gate))
    while_waiting(interruption, lambda: TeachOperator.on_kill(make_task(ordered)))
    with pytest.raises(AirflowFailException, match="RUN_CANCELLED"):
        execute(ordered, state="failed")
    (job_id,) = submitted(ordered)
    assert batch_job.is_ending(ordered.queue.describe(job_id))


def test_a_failed_job_says_why_and_a_cleared_task_submits_another(ordered: AirflowDeployment) -> None:
    define(ordered, "raise SystemExit(1)")
    with pytest.raises(AirflowFailException, match=r"JOB_FAILED.*exit code 1.*continues from the last checkpoint"):
        execute(ordered)
    (first,) = submitted(ordered)
    ordered.bucket.write_record(KEYS.teaching_reason(first), Reason(Failure("SET_TOO_SMALL", "add recordings")))
    define(ordered, "pass")
    second = execute(ordered, id="cleared", try_number=2)
    assert submitted(ordered) == [second, first]
    assert ordered.bucket.read_record(Job, KEYS.job).jobs == 2


def test_the_reason_of_the_container_is_in_the_error(
    ordered: AirflowDeployment, interruption: Impatient, gate: Path
) -> None:
    define(ordered, waits_for(gate) + "raise SystemExit(1)")

    def write_reason() -> None:
        (job_id,) = submitted(ordered)
        ordered.bucket.write_record(KEYS.teaching_reason(job_id), Reason(Failure("SET_TOO_SMALL", "add\nrecordings")))
        gate.touch()

    while_waiting(interruption, write_reason)
    with pytest.raises(AirflowFailException, match=r"failed: SET_TOO_SMALL: add\\nrecordings \("):
        execute(ordered)


def test_a_dry_run_starts_nothing(deployment: AirflowDeployment) -> None:
    freeze_order(deployment.bucket, replace(ORDER, dry_run=True))
    define(deployment, "pass")
    with pytest.raises(AirflowSkipException):
        execute(deployment)
    assert submitted(deployment) == []


def test_a_run_without_an_order_names_the_task_that_writes_it(deployment: AirflowDeployment) -> None:
    define(deployment, "pass")
    with pytest.raises(AirflowFailException, match=r"RECORD_MISSING.*Clear the task check and those after it"):
        execute(deployment)


def test_a_missing_job_definition_fails_at_once(ordered: AirflowDeployment) -> None:
    ordered.configure(teach_job_definition="no-such-definition")
    with pytest.raises(AirflowFailException, match=r"\[JOB_REFUSED\].*no-such-definition"):
        execute(ordered)
