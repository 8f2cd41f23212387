"""The task `report`: what it writes, logs and publishes."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from airflow.sdk import Asset

from tests.support.dags.airflow_deployment import AirflowDeployment, TaskInstance, make_context
from tests.support.dags.bucket_objects import RUN, freeze
from tests.support.dags.outcome_lists import write_moves
from transcription.contract import result
from transcription.contract.errors import RunIncomplete
from transcription.contract.manifest import Failure, Item
from transcription.contract.result import Audio
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import MISSING, Outcome
from transcription.report import alerts
from transcription.report.report_operator import ReportOperator
from transcription.report.report_text import summarize
from transcription.report.run_report import Report
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


def read_report(deployment: AirflowDeployment) -> Report:
    return deployment.bucket.read_record(Report, RunKeys(RUN).report)


def execute(task: ReportOperator, ti: TaskInstance | None = None) -> dict[str, Any]:
    """Run the task; return the `extra` of its asset event."""
    context = make_context(ti or TaskInstance(task_id="report"))
    task.execute(context)
    extra: dict[str, Any] = context["outlet_events"][TRANSCRIPTS].extra
    return extra


def test_a_green_run_is_recorded_and_its_figures_go_to_other_dags(
    deployment: AirflowDeployment, task: ReportOperator
) -> None:
    write_moves(deployment.bucket, RUN, TRANSCRIBED, Outcome(B, result.FAILED, Failure("AUDIO_EMPTY", "no bytes")))
    extra = execute(task)
    report = read_report(deployment)
    assert (report.transcribed, report.failed, report.vcpu_hours, report.cost) == (1, 1, 0.5, 0.02)
    assert extra == report.figures
    assert task.outlets == [TRANSCRIPTS]


@pytest.mark.parametrize(("figures", "in_doubt"), [((0, 0), True), ((100, 90), True), ((100, 10), False)])
def test_a_doubt_about_the_model_is_a_warning_in_the_log_and_goes_into_the_alert(
    deployment: AirflowDeployment,
    task: ReportOperator,
    capsys: pytest.CaptureFixture[str],
    figures: tuple[int, int],
    in_doubt: bool,
) -> None:
    """A run with the scorer of another model was green, and its transcripts were nonsense."""
    write_moves(deployment.bucket, RUN, replace(TRANSCRIBED, words=figures[0], unsure_words=figures[1]))
    ti = TaskInstance(task_id="report")
    execute(task, ti)
    doubt = read_report(deployment).model_doubt
    assert bool(doubt) is in_doubt
    assert ti.xcoms["model_doubt"] == doubt
    warnings = [line for line in capsys.readouterr().out.splitlines() if "[warning" in line]
    assert any("The model may not fit the audio" in line for line in warnings) is in_doubt


def test_a_run_with_a_missing_file_is_red_and_recorded(deployment: AirflowDeployment, task: ReportOperator) -> None:
    write_moves(deployment.bucket, RUN, TRANSCRIBED, Outcome(B, MISSING, Failure("NO_RESULT", "nothing")))
    ti = TaskInstance(task_id="report")
    with pytest.raises(AirflowFailException, match=r"\[RUN_INCOMPLETE\] 1 of 2.*input/b\.wav") as caught:
        execute(task, ti)
    assert isinstance(caught.value.__context__, RunIncomplete)
    assert (read_report(deployment).transcribed, read_report(deployment).missing) == (1, 1)
    assert ti.xcoms[task_links.REPORT_LINK.xcom_key]


def test_the_pages_find_the_figures_of_green_and_red_runs_in_airflow(
    deployment: AirflowDeployment, task: ReportOperator
) -> None:
    write_moves(deployment.bucket, RUN, TRANSCRIBED, Outcome(B, MISSING, Failure("NO_RESULT", "nothing")))
    ti = TaskInstance(task_id="report")
    with pytest.raises(AirflowFailException):
        execute(task, ti)
    assert ti.xcoms["figures"] == read_report(deployment).figures


def test_a_red_run_publishes_no_figures(deployment: AirflowDeployment, task: ReportOperator) -> None:
    write_moves(deployment.bucket, RUN, Outcome(A, MISSING, Failure("NO_RESULT", "nothing")))
    context = make_context(TaskInstance(task_id="report"))
    with pytest.raises(AirflowFailException):
        task.execute(context)
    assert context["outlet_events"][TRANSCRIPTS].extra == {}


def test_a_run_without_a_job_has_a_report_too(deployment: AirflowDeployment, task: ReportOperator) -> None:
    deployment.bucket.client.delete_object(Bucket=deployment.bucket.name, Key=RunKeys(RUN).job)
    write_moves(deployment.bucket, RUN, TRANSCRIBED)
    execute(task)
    assert read_report(deployment).vcpu_hours == 0.0


def test_the_log_and_the_stored_summary_agree(
    deployment: AirflowDeployment, task: ReportOperator, capsys: pytest.CaptureFixture[str]
) -> None:
    write_moves(deployment.bucket, RUN, TRANSCRIBED, Outcome(B, result.FAILED, Failure("AUDIO_EMPTY", "no bytes")))
    ti = TaskInstance(task_id="report")
    execute(task, ti)
    assert ti.xcoms["summary"] == summarize(read_report(deployment))
    output = capsys.readouterr().out
    assert ti.xcoms["summary"] in output
    assert "failed 'input/b.wav' AUDIO_EMPTY: no bytes" in output


def test_the_buttons_lead_to_the_pages_of_the_transcripts_and_the_report(
    deployment: AirflowDeployment, task: ReportOperator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/")
    write_moves(deployment.bucket, RUN, TRANSCRIBED)
    ti = TaskInstance(task_id="report")
    execute(task, ti)
    buttons = {link.name: link.get_link(task, ti_key=None) for link in task.operator_extra_links}  # type: ignore[arg-type]
    assert buttons == {
        "Transcripts": "https://airflow.example/transcripts/recordings?prefix=x%2F",
        "Report": f"https://airflow.example/transcripts/run?{urlencode({'run_id': ti.run_id})}",
    }
    assert {ti.xcoms[task_links.TRANSCRIPTS_LINK.xcom_key], ti.xcoms[task_links.REPORT_LINK.xcom_key]} == set(
        buttons.values()
    )


def test_what_the_task_stores_in_airflow_is_small(deployment: AirflowDeployment, task: ReportOperator) -> None:
    """Airflow's database must not hold a list of files."""
    items = [Item(number, f"input/{number}.wav", "e", 1) for number in range(500)]
    write_moves(
        deployment.bucket, RUN, *(Outcome(item, result.FAILED, Failure("AUDIO_EMPTY", "no bytes")) for item in items)
    )
    ti = TaskInstance(task_id="report")
    extra = execute(task, ti)
    assert max(len(str(value)) for value in (extra, *ti.xcoms.values())) < 1_000


def test_without_a_record_of_the_moves_the_error_says_which_task_to_clear(
    deployment: AirflowDeployment, task: ReportOperator
) -> None:
    with pytest.raises(AirflowFailException, match=r"RECORD_MISSING.*moves/00000\.json.*[Cc]lear"):
        execute(task)
    assert deployment.bucket.read(RunKeys(RUN).report) is None


def events(task: ReportOperator, **fields: Any) -> list[Any]:
    """Run the task on a copy, as Airflow does, and return the outlets for which Airflow emits events."""
    attempt = copy(task)
    attempt.addresses = {}
    ti = TaskInstance(task_id="report", **fields)
    attempt.execute(make_context(ti))
    assert (alerts.SUMMARY in ti.xcoms) == bool(attempt.outlets)
    return attempt.outlets


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_cleared_run_with_the_same_figures_is_not_announced_again(
    deployment: AirflowDeployment, task: ReportOperator
) -> None:
    write_moves(deployment.bucket, RUN, TRANSCRIBED, Outcome(B, result.FAILED, Failure("AUDIO_EMPTY", "no bytes")))
    assert events(task) == [TRANSCRIPTS]
    assert events(task, run_started=NOON, clears=1) == []
    assert events(task, run_started=NOON, clears=2) == []
    write_moves(deployment.bucket, RUN, TRANSCRIBED, Outcome(B, result.TRANSCRIBED, audio=TRANSCRIBED.audio))
    assert events(task, run_started=NOON, clears=3) == [TRANSCRIPTS]


def test_an_attempt_that_is_retried_announces_again(deployment: AirflowDeployment, task: ReportOperator) -> None:
    """Airflow emits no event for an attempt that failed, for example because its worker was lost at the end."""
    write_moves(deployment.bucket, RUN, TRANSCRIBED, Outcome(B, result.FAILED, Failure("AUDIO_EMPTY", "no bytes")))
    assert events(task) == [TRANSCRIPTS]
    assert events(task, try_number=2) == [TRANSCRIPTS]


def test_a_red_report_was_not_announced(deployment: AirflowDeployment, task: ReportOperator) -> None:
    write_moves(deployment.bucket, RUN, TRANSCRIBED, Outcome(B, MISSING, Failure("NO_RESULT", "nothing")))
    ti = TaskInstance(task_id="report")
    with pytest.raises(AirflowFailException):
        task.execute(make_context(ti))
    assert alerts.SUMMARY not in ti.xcoms
    assert deployment.bucket.read(RunKeys(RUN).announcement) is None
