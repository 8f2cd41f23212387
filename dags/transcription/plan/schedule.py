"""The schedule of the DAG, from the settings `schedule`, `time_zone` and `upload_queue`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from airflow.exceptions import AirflowTimetableInvalid
from airflow.timetables.base import TimeRestriction
from airflow.timetables.trigger import CronTriggerTimetable

from transcription.contract.errors import SettingInvalid
from transcription.plan import upload_asset
from transcription.shared.setting_texts import SECTION, find_text
from transcription.shared.settings import Settings

try:
    from airflow.sdk import AssetOrTimeSchedule
except ImportError:  # Airflow 3.0
    from airflow.timetables.assets import AssetOrTimeSchedule  # type: ignore[assignment]


def read_schedule() -> tuple[str, str]:
    """Return the cron expression and the time zone of scheduled runs.

    The settings are read one by one, because the DAG file is also loaded where the required ones are missing.
    """
    schedule, time_zone = find_text("schedule"), find_text("time_zone")
    return (
        Settings.schedule if schedule is None else schedule,
        Settings.time_zone if time_zone is None else time_zone,
    )


def make_timetable() -> Any:
    """Return the timetable of the DAG: scheduled runs and, if `upload_queue` is set, runs after uploads.

    The two classes `AssetOrTimeSchedule` of Airflow 3.0 and of later versions have no common base.

    Raises:
        SettingInvalid: a setting is wrong. Airflow shows the error on its start page.
    """
    timetable = _make_time_schedule()
    uploads = upload_asset.find_asset()
    if uploads is None:
        return timetable
    # The SDK of Airflow 3.0 has no timetables, so this is one of Airflow's core, which later versions accept, too.
    return AssetOrTimeSchedule(timetable=timetable, assets=[uploads])  # type: ignore[arg-type]


def _make_time_schedule() -> CronTriggerTimetable:
    """Return the timetable of scheduled runs.

    Raises:
        SettingInvalid: the cron expression or the time zone is wrong.
    """
    schedule, time_zone = read_schedule()
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last two: a path, or a folder of the database
        raise SettingInvalid(
            f"[{SECTION}] time_zone is {time_zone!r}; it must be a name of the IANA database, such as Europe/Vienna."
        ) from None
    # Without `run_immediately`, a DAG that is deployed shortly after a scheduled time, within a tenth of the interval,
    # runs at once: for example between 01:00 and 03:24.
    timetable = CronTriggerTimetable(schedule, timezone=time_zone, run_immediately=timedelta(0))
    try:
        timetable.validate()
        # `validate` accepts a date that no year has, such as 31 February. Airflow then finds no next run.
        timetable.next_dagrun_info(last_automated_data_interval=None, restriction=TimeRestriction(None, None, False))
    except (AirflowTimetableInvalid, ValueError) as error:
        raise SettingInvalid(
            f"[{SECTION}] schedule is {schedule!r}; it must be a cron expression that some day matches, such as "
            f"0 1 * * *: {error}"
        ) from error
    return timetable


def describe_schedule() -> str:
    """Return when runs start by themselves, as Markdown for the documentation of the DAG in the Airflow UI."""
    return _describe_time() + upload_asset.describe()


def _describe_time() -> str:
    schedule, time_zone = read_schedule()
    if (schedule, time_zone) == (Settings.schedule, Settings.time_zone):
        return "Every night at 01:00 UTC"
    # Airflow shows inline code as a block. Without code, Markdown may take stars for emphasis.
    cron = schedule.replace("*", r"\*")
    return f"On the schedule {cron} ({time_zone})"
