"""The task `report`: what people and their own DAGs are told of a run."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk import Asset

from tests.support.dags.airflow_deployment import AirflowDeployment, TaskInstance, make_context
from tests.support.dags.bucket_objects import RUN, freeze
from transcription.contract import result
from transcription.contract.errors import RunIncomplete
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Failure, Item
from transcription.contract.result import Audio
from transcription.finish.outcomes import MISSING, Outcome, Outcomes
from transcription.report.report_operator import ReportOperator
from transcription.report.run_report import Report, summarize
from transcription.shared import task_links
from transcription.shared.job_record import Job
from transcription.shared.task_errors import AirflowFailException

A, B = (Item(number, f"input/{name}.wav", f"etag-{name}", 10) for number, name in enumerate("ab"))
TRANSCRIBED = Outcome(A, result.TRANSCRIBED, audio=Audio(1800.0, 16_000, 1, "PCM_16"), cpu_seconds=900.0)
TRANSCRIPTS = Asset("s3://bucket/output/")


@pytest.fixture
def task(deployment: AirflowDeployment) -> ReportOperator:
    freeze(deployment.bucket, (A, B), prefix="x/")
    deployment.configure(vcpu_hour_price=0.04)
    deployment.bucket.write_record(RunKeys(RUN).job, Job(RUN, "id", "name", "SUCCEEDED", vcpu_hours=0.5))
    return ReportOperator(task_id="report", transcripts=TRANSCRIPTS)


def move(deployment: AirflowDeployment, *outcomes: Outcome) -> None:
    """What the task before has written."""
    deployment.bucket.write_record(RunKeys(RUN).moves, Outcomes(RUN, outcomes))


def report(deployment: AirflowDeployment) -> Report:
    return deployment.bucket.read_record(Report, RunKeys(RUN).report)


def execute(task: ReportOperator, ti: TaskInstance | None = None) -> dict[str, Any]:
    context = make_context(ti or TaskInstance(task_id="report"))
    try:
        task.execute(context)
    finally:
        found: dict[str, Any] = context["outlet_events"][TRANSCRIPTS].extra
    return found


def test_a_good_run_is_written_down_and_told_to_those_who_follow(
    deployment: AirflowDeployment, task: ReportOperator
) -> None:
    move(deployment, TRANSCRIBED, Outcome(B, result.FAILED, Failure("AUDIO_EMPTY", "no bytes")))
    extra = execute(task)
    found = report(deployment)
    assert (found.transcribed, found.failed, found.vcpu_hours, found.cost) == (1, 1, 0.5, 0.02)
    assert extra == found.figures
    assert task.outlets == [TRANSCRIPTS]


def test_a_run_of_which_something_is_missing_is_red_and_written_down(
    deployment: AirflowDeployment, task: ReportOperator
) -> None:
    move(deployment, TRANSCRIBED, Outcome(B, MISSING, Failure("NO_RESULT", "nothing")))
    ti = TaskInstance(task_id="report")
    with pytest.raises(AirflowFailException, match=r"\[RUN_INCOMPLETE\] 1 of 2.*input/b\.wav") as caught:
        execute(task, ti)
    assert isinstance(caught.value.__cause__, RunIncomplete)
    assert (report(deployment).transcribed, report(deployment).missing) == (1, 1)
    assert ti.xcoms[task_links.REPORT_LINK.xcom_key]


def test_a_red_run_tells_nothing_to_those_who_follow(deployment: AirflowDeployment, task: ReportOperator) -> None:
    move(deployment, Outcome(A, MISSING, Failure("NO_RESULT", "nothing")))
    context = make_context(TaskInstance(task_id="report"))
    with pytest.raises(AirflowFailException):
        task.execute(context)
    assert context["outlet_events"][TRANSCRIPTS].extra == {}


def test_a_run_without_a_job_has_a_report_too(deployment: AirflowDeployment, task: ReportOperator) -> None:
    deployment.bucket.client.delete_object(Bucket=deployment.bucket.name, Key=RunKeys(RUN).job)
    move(deployment, TRANSCRIBED)
    execute(task)
    assert report(deployment).vcpu_hours == 0.0


def test_the_log_and_the_summary_tell_the_same(
    deployment: AirflowDeployment, task: ReportOperator, capsys: pytest.CaptureFixture[str]
) -> None:
    move(deployment, TRANSCRIBED, Outcome(B, result.FAILED, Failure("AUDIO_EMPTY", "no bytes")))
    ti = TaskInstance(task_id="report")
    execute(task, ti)
    assert ti.xcoms["summary"] == summarize(report(deployment))
    said = capsys.readouterr().out
    assert ti.xcoms["summary"] in said
    assert "failed 'input/b.wav' AUDIO_EMPTY: no bytes" in said


def test_the_buttons_lead_to_the_transcripts_and_the_report(
    deployment: AirflowDeployment, task: ReportOperator
) -> None:
    move(deployment, TRANSCRIBED)
    ti = TaskInstance(task_id="report")
    execute(task, ti)
    base = f"{deployment.aws.endpoint}/{deployment.bucket.name}"
    found = {link.name: link.get_link(task, ti_key=None) for link in task.operator_extra_links}  # type: ignore[arg-type]
    assert found == {"Transcripts": f"{base}?prefix=output%2Fx%2F", "Report": f"{base}/{RunKeys(RUN).report}"}
    assert {ti.xcoms[task_links.TRANSCRIPTS_LINK.xcom_key], ti.xcoms[task_links.REPORT_LINK.xcom_key]} == set(
        found.values()
    )


def test_nothing_that_a_task_says_is_large(deployment: AirflowDeployment, task: ReportOperator) -> None:
    """Airflow's database is no place for a list of files."""
    items = [Item(number, f"input/{number}.wav", "e", 1) for number in range(500)]
    move(deployment, *(Outcome(item, result.FAILED, Failure("AUDIO_EMPTY", "no bytes")) for item in items))
    ti = TaskInstance(task_id="report")
    extra = execute(task, ti)
    assert max(len(str(each)) for each in (extra, *ti.xcoms.values())) < 1_000


def test_a_run_that_was_never_moved_says_which_task_to_clear(
    deployment: AirflowDeployment, task: ReportOperator
) -> None:
    with pytest.raises(AirflowFailException, match=r"RECORD_MISSING.*moves\.json.*[Cc]lear"):
        execute(task)
    assert deployment.bucket.read(RunKeys(RUN).report) is None
