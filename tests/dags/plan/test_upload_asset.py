"""The schedule with runs after uploads: the watched asset, the nightly time, wrong settings, a missing plugin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from airflow.sdk import AssetOrTimeSchedule
from airflow.serialization.encoders import coerce_to_core_timetable
from airflow.timetables.base import TimeRestriction
from airflow.timetables.trigger import CronTriggerTimetable

from transcription.contract.errors import SettingInvalid
from transcription.plan import upload_asset
from transcription.plan.schedule import describe_schedule, make_timetable

URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/transcription-uploads"


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Configure the bucket and the queue of uploads."""
    for name, value in {"bucket": "recordings", "upload_queue": URL}.items():
        monkeypatch.setenv(f"AIRFLOW__TRANSCRIPTION__{name.upper()}", value)


def set_quiet_seconds(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__UPLOAD_QUIET_SECONDS", value)


def watched(timetable: Any) -> tuple[str, list[tuple[str, str, dict[str, Any]]]]:
    """Return the address of the only asset, and the name, the path and the arguments of each of its watchers."""
    (asset,) = timetable.asset_condition.objects
    return asset.uri, [(watcher.name, *watcher.trigger.serialize()) for watcher in asset.watchers]


def test_the_triggerer_watches_the_queue_for_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    set_quiet_seconds(monkeypatch, "300")
    uri, (watcher,) = watched(make_timetable())
    assert uri == "s3://recordings/input"
    arguments = {"sqs_queue": URL, "quiet_seconds": 300}
    assert watcher == ("uploads", "upload_watcher.upload_trigger.UploadTrigger", arguments)
    assert describe_schedule() == "Every night at 01:00 UTC, 300 seconds after the last upload"


def test_the_quiet_time_is_two_minutes_by_default() -> None:
    _, (watcher,) = watched(make_timetable())
    assert watcher[2]["quiet_seconds"] == 120


def test_the_nightly_time_is_kept() -> None:
    timetable = make_timetable()
    assert isinstance(timetable, AssetOrTimeSchedule)
    assert timetable.can_be_scheduled
    with time_machine.travel(datetime(2026, 11, 22, 1, 5, tzinfo=UTC), tick=False):
        first = coerce_to_core_timetable(timetable).next_dagrun_info(
            last_automated_data_interval=None, restriction=TimeRestriction(earliest=None, latest=None, catchup=False)
        )
    assert first
    assert first.run_after == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("url", [None, ""])
def test_uploads_start_no_run_by_default(monkeypatch: pytest.MonkeyPatch, url: str | None) -> None:
    if url is None:
        monkeypatch.delenv("AIRFLOW__TRANSCRIPTION__UPLOAD_QUEUE")
    else:
        monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__UPLOAD_QUEUE", url)
    assert isinstance(make_timetable(), CronTriggerTimetable)
    assert describe_schedule() == "Every night at 01:00 UTC"


def test_without_the_plugin_only_scheduled_runs_start_and_the_dag_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(upload_asset, "_PLUGIN", "a_package_that_is_missing")
    assert isinstance(make_timetable(), CronTriggerTimetable)
    missing = "not after uploads, because the plugin a_package_that_is_missing is missing"
    assert describe_schedule() == f"Every night at 01:00 UTC ({missing})"
    assert "uploads start no run: the plugin a_package_that_is_missing is missing" in caplog.text


@pytest.mark.parametrize("value", ["", "0", "901", "-5", "1.5", "two minutes"])
def test_a_wrong_quiet_time_is_an_error_that_names_the_setting(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    set_quiet_seconds(monkeypatch, value)
    with pytest.raises(SettingInvalid, match=r"\[transcription\] upload_quiet_seconds is .* from 1 to 900"):
        make_timetable()
