"""The buttons of the task `transcribe` in the Airflow UI."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, TaskInstance, make_context
from tests.support.dags.bucket_objects import freeze, upload_all
from tests.support.dags.transcribe_task import execute, make_task
from transcription.contract.manifest import Plan
from transcription.shared import task_links
from transcription.shared.batch_queue import BatchQueue
from transcription.transcribe.transcribe_operator import TranscribeOperator


def stored_buttons(task: TranscribeOperator) -> dict[str, str]:
    """Return the addresses by name, as Airflow stores them when the task ends."""
    return {link.name: link.get_link(task, ti_key=None) for link in task.operator_extra_links}  # type: ignore[arg-type]


def test_the_buttons_are_still_there_when_the_task_has_ended(
    deployment: AirflowDeployment, small: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow asks for all of them at the end, and an empty answer removes a button."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example")
    deployment.define("pass")
    task, ti = make_task(deployment), TaskInstance()
    task.execute(make_context(ti))
    buttons = stored_buttons(task)
    assert buttons["Transcripts"] == "https://airflow.example/transcripts/recordings?prefix="
    assert buttons["Batch job"].startswith("https://airflow.example/transcripts/run?run_id=")
    assert {name for name, address in buttons.items() if address} == {"Transcripts", "Batch job"}
    assert {
        link.xcom_key: buttons[link.name] for link in (task_links.TRANSCRIPTS_LINK, task_links.JOB_LINK)
    } == ti.xcoms
    assert small.prefix == ""


def test_on_aws_the_button_of_the_job_leads_to_its_console(
    deployment: AirflowDeployment, small: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BatchQueue, "endpoint", "https://batch.eu-west-1.amazonaws.com")
    deployment.define("pass")
    ti = TaskInstance()
    job_id = execute(deployment, ti)
    assert ti.xcoms[task_links.JOB_LINK.xcom_key].endswith(f"#jobs/detail/{job_id}")
    assert small.prefix == ""


def test_the_button_for_transcripts_leads_to_the_prefix_of_the_run(deployment: AirflowDeployment) -> None:
    freeze(deployment.bucket, done=upload_all(deployment.bucket, "input/x/a.wav"), prefix="x/")
    ti = TaskInstance()
    execute(deployment, ti)
    assert ti.xcoms[task_links.TRANSCRIPTS_LINK.xcom_key].endswith("/transcripts/recordings?prefix=x%2F")


def test_no_button_of_the_provider_is_left() -> None:
    """They do not support array jobs, and read XComs that nothing writes."""
    names: Sequence[str] = [link.name for link in TranscribeOperator.operator_extra_links]
    assert names == ["Transcripts", "Batch job", "Failed children", *(f"Log of failed child {n}" for n in range(1, 6))]
