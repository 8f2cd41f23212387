"""Errors of tasks say what to do: which task to clear, and why Batch ended the whole job."""

from __future__ import annotations

import traceback

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import freeze, upload_all
from tests.support.dags.dag_tasks import run_task
from transcription.contract.errors import OptionInvalid
from transcription.shared.job_record import FailedChild
from transcription.shared.task_errors import AirflowFailException, fail_without_retry
from transcription.transcribe import failed_children

CHILD = FailedChild("job:0", "Host EC2 terminated", "")


def failed_job(reason: str) -> dict[str, object]:
    """Return Batch's description of a failed array job of two children."""
    return {"jobId": "job", "status": "FAILED", "statusReason": reason, "arrayProperties": {"size": 2}}


@pytest.mark.parametrize("children", [[], [CHILD]])
def test_the_reason_of_the_whole_job_is_in_the_error(children: list[FailedChild]) -> None:
    """If somebody ends a job of which no child has started, only the job has a reason."""
    message = failed_children.explain(failed_job("Ended by the operator"), children)
    assert "AWS Batch's reason for the whole job: Ended by the operator." in message
    assert all(child.reason in message for child in children)
    assert ". ." not in message


@pytest.mark.parametrize("reason", ["", CHILD.reason])
def test_a_reason_is_named_once(reason: str) -> None:
    message = failed_children.explain(failed_job(reason), [CHILD])
    assert "whole job" not in message
    assert message.count(CHILD.reason) == 1


@pytest.mark.parametrize(
    ("task", "writer"), [("move_to_processed", "verify_transcripts"), ("report", "move_to_processed")]
)
def test_a_task_whose_predecessor_was_marked_as_successful_names_that_one(
    deployment: AirflowDeployment, monkeypatch: pytest.MonkeyPatch, task: str, writer: str
) -> None:
    freeze(deployment.bucket, upload_all(deployment.bucket, "input/a.wav"))
    with pytest.raises(AirflowFailException, match=f"RECORD_MISSING.*Clear the task {writer} and those after it"):
        run_task(task, monkeypatch)


@pytest.mark.usefixtures("deployment")
@pytest.mark.parametrize("task", ["transcribe", "verify_transcripts", "report"])
def test_a_task_of_a_run_without_a_plan_names_the_task_plan(monkeypatch: pytest.MonkeyPatch, task: str) -> None:
    with pytest.raises(AirflowFailException, match=r"MANIFEST_MISSING.*clear the task plan and those after it"):
        run_task(task, monkeypatch)


def test_an_error_has_one_traceback() -> None:
    with pytest.raises(AirflowFailException) as caught, fail_without_retry():
        raise OptionInvalid("use another")
    text = "".join(traceback.format_exception(caught.value))
    assert (text.count("Traceback"), text.count("use another")) == (1, 1)
