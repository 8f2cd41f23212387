"""The definition of the DAG `transcribe_audio`: order of tasks, schedule, texts in the UI, alerts, loading."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from copy import deepcopy
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import time_machine
from airflow.sdk import Asset
from airflow.sdk.definitions.param import ParamsDict
from airflow.serialization.encoders import coerce_to_core_timetable
from airflow.timetables.base import TimeRestriction

import transcribe_audio
from tests.support.dags.dag_tasks import FLOW
from transcription.contract.errors import SettingInvalid
from transcription.plan.request_reader import read_request
from transcription.plan.trigger_form import PARAMS
from transcription.shared.settings import Settings

DAGS = Path(__file__).resolve().parents[2] / "dags"


@pytest.fixture
def dag() -> Any:
    return transcribe_audio.dag_of_transcription


def load(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Any:
    """Load the DAG file with these settings."""
    for name, value in settings.items():
        monkeypatch.setenv(f"AIRFLOW__TRANSCRIPTION__{name.upper()}", value)
    return runpy.run_path(str(DAGS / "transcribe_audio.py"))["dag_of_transcription"]


def test_the_tasks_follow_each_other_as_in_the_readme(dag: Any) -> None:
    tasks = [dag.get_task(name) for name in FLOW]
    assert set(dag.task_ids) == set(FLOW)
    further = {"report": {"plan"}}  # a run whose plan failed is red, although the tasks between are skipped
    for earlier, later in pairwise(tasks):
        assert later.upstream_task_ids == {earlier.task_id} | further.get(later.task_id, set())


def test_only_verification_runs_after_a_failed_task(dag: Any) -> None:
    """It keeps the files that a failed job finished. A failed move must not be reported as done."""
    rules = {name: dag.get_task(name).trigger_rule for name in FLOW}
    assert rules.pop("verify_transcripts") == "none_skipped"
    assert set(rules.values()) == {"all_success"}


def test_it_runs_at_one_at_night_utc_and_one_run_at_a_time(dag: Any) -> None:
    timetable = coerce_to_core_timetable(dag.timetable)
    now = datetime(2026, 11, 22, 1, 5, tzinfo=UTC)
    # Deployed at five past one, the DAG waits for the next night. With a start date, or by default, it would run now.
    with time_machine.travel(now, tick=False):
        first = timetable.next_dagrun_info(
            last_automated_data_interval=None,
            restriction=TimeRestriction(earliest=dag.start_date, latest=None, catchup=dag.catchup),
        )
    assert first.run_after == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert dag.max_active_runs == 1


def test_settings_choose_the_time_and_the_time_zone_of_scheduled_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    dag = load(monkeypatch, schedule="30 19 * * 1-5", time_zone="Europe/Vienna")
    timetable = coerce_to_core_timetable(dag.timetable)
    # A Friday evening, after the run of that day: the next run is on Monday, at 19:30 in Vienna.
    with time_machine.travel(datetime(2026, 11, 20, 20, 0, tzinfo=UTC), tick=False):
        first = timetable.next_dagrun_info(
            last_automated_data_interval=None,
            restriction=TimeRestriction(earliest=None, latest=None, catchup=dag.catchup),
        )
    assert first.run_after == datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert r"On the schedule 30 19 \* \* 1-5 (Europe/Vienna), or when" in dag.doc_md


def test_the_ui_names_the_default_time(dag: Any) -> None:
    assert "Every night at 01:00 UTC, or when you press **Trigger**" in dag.doc_md


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("schedule", "61 1 * * *"),
        ("schedule", "0 1 31 2 *"),
        ("schedule", ""),
        ("time_zone", "Europe"),
        ("time_zone", "Mars/Base"),
        ("time_zone", ""),
    ],
)
def test_a_wrong_schedule_is_an_error_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingInvalid, match=rf"\[transcription\] {name} is '{re.escape(value)}'; it must be"):
        load(monkeypatch, **{name: value})


def test_a_task_that_lost_its_worker_is_retried(dag: Any) -> None:
    """The task that waits for hours loses more workers than the others."""
    retries = {name: dag.get_task(name).retries for name in FLOW}
    assert retries.pop("transcribe") == 10
    assert set(retries.values()) == {2}


def test_the_ui_explains_every_task(dag: Any) -> None:
    assert all(f"| {name} |" in dag.doc_md for name in FLOW)


def test_the_ui_shows_no_block_in_the_middle_of_a_sentence(dag: Any) -> None:
    """Airflow shows inline code as a block."""
    texts = [dag.doc_md, *(dag.get_task(name).doc_md or "" for name in FLOW)]
    assert "```json" in texts[0]
    for text in texts:
        assert "`" not in re.sub(r"^```\w+\n.*?\n```$", "", text, flags=re.DOTALL | re.MULTILINE)


def test_the_ui_leads_to_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "[Transcripts](/transcripts/)" in load(monkeypatch).doc_md
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/x/")
    assert "[Transcripts](https://airflow.example/x/transcripts/)" in load(monkeypatch).doc_md


def test_every_field_of_the_form_explains_itself_and_may_stay_empty(dag: Any) -> None:
    assert set(dag.params) == set(PARAMS)
    for name in dag.params:
        param = dag.params.get_param(name)
        assert param.schema["title"]
        assert param.description
        assert param.value is None or isinstance(param.value, bool)
        assert isinstance(param.value, bool) or "null" in param.schema["type"]


def test_the_json_example_in_the_ui_has_every_field_and_works(dag: Any) -> None:
    (example,) = re.findall(r"```json\n(.*?)\n```", dag.doc_md, re.DOTALL)
    chosen = json.loads(example)
    assert set(chosen) == set(dag.params)
    params = ParamsDict(deepcopy(PARAMS))
    params.update(chosen)
    request = read_request(params.validate(), Settings("bucket", "queue", "definition"))
    assert (request.prefix, request.options.model) == (chosen["prefix"], chosen["model"])


def test_alerts_are_set_up_only_if_the_deployment_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def callbacks(dag: Any) -> tuple[int, int]:
        red = dag.on_failure_callback or []
        report = dag.get_task("report").on_success_callback or []
        return len(red if isinstance(red, list) else [red]), len(report if isinstance(report, list) else [report])

    assert callbacks(load(monkeypatch)) == (0, 0)
    assert callbacks(load(monkeypatch, alert_topic="arn:aws:sns:us-east-1:1:t")) == (1, 1)  # the doubt about a model
    assert callbacks(load(monkeypatch, daily_summary="true")) == (1, 2)


def test_other_dags_can_follow_the_transcripts_before_the_first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    (asset,) = load(monkeypatch, bucket="recordings").get_task("report").outlets
    assert asset == Asset("s3://recordings/output/")  # as the explanation in the UI writes it


def test_loading_the_dag_needs_no_network_and_no_deployment() -> None:
    """It used to call AWS at import: an error there takes the DAG out of the UI."""
    block = "import socket\ndef no(*a, **k): raise OSError('network')\nsocket.socket.connect = no\n"
    code = f"{block}import transcribe_audio"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AIRFLOW__TR"))}
    environment["PYTHONPATH"] = str(DAGS)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
