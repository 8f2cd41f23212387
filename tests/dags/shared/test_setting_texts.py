"""Settings in a file beside the DAG file, for an Airflow whose configuration cannot be changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.paths import ROOT
from transcription.contract.errors import SettingInvalid
from transcription.plan.schedule import read_schedule
from transcription.report import alerts
from transcription.shared import setting_texts
from transcription.shared.setting_texts import find_text
from transcription.shared.settings import load_settings

REQUIRED = {"bucket": "audio", "job_queue": "queue", "job_definition": "definition"}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of the file beside the DAG file, which does not exist yet."""
    for name in REQUIRED:
        monkeypatch.delenv(f"AIRFLOW__TRANSCRIPTION__{name.upper()}", raising=False)
    path = tmp_path / setting_texts.FILE.name
    monkeypatch.setattr(setting_texts, "FILE", path)
    return path


def test_the_file_is_beside_the_dag_file_and_not_in_the_repository() -> None:
    assert setting_texts.FILE.parent == ROOT / "dags"
    assert not setting_texts.FILE.exists()


def test_all_settings_can_come_from_the_file(file: Path) -> None:
    texts = {"max_children": "7", "schedule": "0 5 * * *", "time_zone": "Europe/Vienna", "alert_topic": "a:topic"}
    file.write_text(json.dumps(REQUIRED | texts))
    settings = load_settings()
    assert (settings.bucket, settings.job_queue, settings.job_definition) == ("audio", "queue", "definition")
    assert (settings.max_children, settings.poll_seconds) == (7, 30)
    assert read_schedule() == ("0 5 * * *", "Europe/Vienna")
    assert len(alerts.on_red_run()) == 1


def test_airflows_configuration_counts_before_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(json.dumps(REQUIRED | {"max_children": "7"}))
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__MAX_CHILDREN", "3")
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__BUCKET", "")
    assert find_text("max_children") == "3"
    with pytest.raises(SettingInvalid, match=r"bucket is empty.*transcription_settings\.json beside the DAG file"):
        load_settings()


def test_without_the_file_only_the_configuration_counts(file: Path) -> None:
    assert find_text("bucket") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "transcription_settings.json beside the DAG file is not JSON"),
        ("[]", "must be a JSON object of texts"),
        ('{"max_children": 7}', "must be a JSON object of texts"),
    ],
)
def test_a_damaged_file_is_named(file: Path, content: str, message: str) -> None:
    file.write_text(content)
    with pytest.raises(SettingInvalid, match=message):
        find_text("bucket")
