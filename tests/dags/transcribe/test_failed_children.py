"""Failed children: the error, the log, the record and the buttons name them with their reasons."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, TaskInstance
from tests.support.dags.bucket_objects import RUN, freeze, upload_all
from tests.support.dags.container_transcripts import Container
from tests.support.dags.transcribe_task import FAILS, SECOND_FAILS, execute, job_record, submitted
from transcription.contract.errors import JobFailed
from transcription.contract.manifest import Failure, Plan
from transcription.contract.reason import Reason
from transcription.contract.run_keys import RunKeys
from transcription.shared import batch_job, page_addresses, task_links
from transcription.shared.batch_job import FailedChild
from transcription.shared.task_errors import AirflowFailException


@pytest.mark.usefixtures("plan")
def test_a_failed_child_is_named_with_its_reason_and_its_log(
    deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    deployment.define(SECOND_FAILS)
    ti = TaskInstance()
    with pytest.raises(AirflowFailException) as caught:
        execute(deployment, ti)
    (job_id,) = submitted(deployment)
    assert isinstance(caught.value.__context__, JobFailed)
    assert "[JOB_FAILED] 1 of 2 Batch children failed" in str(caught.value)
    assert f"{job_id}:1: Essential container in task exited, exit code 3" in str(caught.value)
    assert "clear this task" in str(caught.value)
    (child,) = job_record(deployment).failed
    assert (child.job_id, child.reason) == (f"{job_id}:1", "Essential container in task exited, exit code 3")
    assert "log-events" in child.log
    assert f"{child.job_id} failed: {child.reason}. Log: {child.log}" in caplog.text
    assert job_record(deployment).status == batch_job.JOB_FAILED
    assert ti.xcoms[task_links.LOG_LINKS[0].xcom_key] == page_addresses.log_page(ti.run_id, child.index)
    assert ti.xcoms[task_links.FAILED_CHILDREN_LINK.xcom_key] == page_addresses.failed_children(ti.run_id)
    assert task_links.LOG_LINKS[1].xcom_key not in ti.xcoms


MODEL = Failure("MODEL_INVALID", "The scorer is cut short.")


def test_the_reason_of_the_container_is_in_the_error_the_log_and_the_record(
    deployment: AirflowDeployment, plan: Plan, caplog: pytest.LogCaptureFixture
) -> None:
    deployment.define(SECOND_FAILS)
    deployment.bucket.write_record(RunKeys(RUN).child_reason(plan.draft, 1), Reason(MODEL))
    with pytest.raises(AirflowFailException) as caught:
        execute(deployment)
    reason = "MODEL_INVALID: The scorer is cut short. (Essential container in task exited, exit code 3)"
    (job_id,) = submitted(deployment)
    assert f"{job_id}:1: {reason}" in str(caught.value)
    assert f"{job_id}:1 failed: {reason}." in caplog.text
    record = job_record(deployment)
    assert [child.reason for child in record.failed] == [reason]
    assert record.draft == plan.draft


def test_files_that_a_child_could_not_do_are_named_with_their_reasons(
    deployment: AirflowDeployment, container: Container, caplog: pytest.LogCaptureFixture
) -> None:
    items = upload_all(deployment.bucket, *(f"input/{number:03d}.wav" for number in range(120)))
    plan = freeze(deployment.bucket, items)
    for item in items:
        failure = Failure("OBJECT_DENIED", f"S3 refused\n{item.key}")
        deployment.bucket.write_record(RunKeys(RUN).file_reason(plan.draft, item.number), Reason(failure, item))
    container.transcribe(deployment.bucket, plan, items[0])  # by a later attempt of the child
    deployment.define(FAILS)
    with pytest.raises(AirflowFailException) as caught:
        execute(deployment)
    named = [f"{item.key!r}: OBJECT_DENIED: S3 refused\\n{item.key}" for item in items]
    assert all(text in str(caught.value) for text in named[1:6])
    assert str(caught.value).count("OBJECT_DENIED") == 5
    logged = [message for message in caplog.messages if "OBJECT_DENIED" in message]
    assert logged == [f"Not transcribed: {text}" for text in named[1:101]]
    assert "19 more files are not transcribed; the report names them." in caplog.messages


def test_a_job_that_succeeds_looks_for_no_reasons(deployment: AirflowDeployment, plan: Plan) -> None:
    deployment.define("")
    deployment.bucket.write_record(RunKeys(RUN).child_reason(plan.draft, 1), Reason(MODEL))
    execute(deployment)
    assert job_record(deployment).failed == ()


@pytest.fixture
def fail_without_logs(deployment: AirflowDeployment) -> Callable[[int], tuple[str, TaskInstance]]:
    """Run the task with so many children, none of which starts; return the error's text and the task instance."""

    def fail(count: int) -> tuple[str, TaskInstance]:
        items = upload_all(deployment.bucket, *(f"input/{number:03d}.wav" for number in range(count)))
        freeze(deployment.bucket, *((item,) for item in items))
        deployment.define(FAILS)
        deployment.aws.order(kind="image_pull")
        ti = TaskInstance()
        with pytest.raises(AirflowFailException) as caught:
            execute(deployment, ti)
        return str(caught.value), ti

    return fail


def test_the_error_names_a_few_of_many_failed_children_and_the_record_all(
    deployment: AirflowDeployment, fail_without_logs: Callable[[int], tuple[str, TaskInstance]]
) -> None:
    message, _ = fail_without_logs(12)
    assert "12 of 12 Batch children failed" in message
    assert message.count("CannotPullContainerError") == 5
    assert "… and 7 more" in message
    assert len(job_record(deployment).failed) == 12


def test_a_child_that_never_started_has_no_button_to_a_log(
    deployment: AirflowDeployment,
    fail_without_logs: Callable[[int], tuple[str, TaskInstance]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    message, ti = fail_without_logs(1)
    assert " more" not in message
    assert not {link.xcom_key for link in task_links.LOG_LINKS} & ti.xcoms.keys()
    assert task_links.FAILED_CHILDREN_LINK.xcom_key in ti.xcoms
    assert "Log: it did not start" in caplog.text
    (child,) = job_record(deployment).failed
    assert child == FailedChild(child.job_id, child.reason, "")


def test_each_of_the_first_failed_children_has_a_button(deployment: AirflowDeployment) -> None:
    items = upload_all(deployment.bucket, *(f"input/{number}.wav" for number in range(7)))
    freeze(deployment.bucket, *((item,) for item in items))
    deployment.define(FAILS)
    ti = TaskInstance()
    with pytest.raises(AirflowFailException):
        execute(deployment, ti)
    logs = [ti.xcoms[link.xcom_key] for link in task_links.LOG_LINKS]
    assert len(set(logs)) == len(logs) == task_links.MAX_LOG_LINKS < 7
    failed = job_record(deployment).failed
    assert set(logs) < {page_addresses.log_page(ti.run_id, child.index) for child in failed}
