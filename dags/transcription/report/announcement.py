"""The announcement of a run's figures to other DAGs and to the alert topic: once, also if the run is cleared."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from transcription.contract.run_keys import RunKeys
from transcription.report.run_report import Report
from transcription.shared.bucket import Bucket
from transcription.shared.run_folder import Origin


@dataclass(frozen=True)
class Announcement:
    """The record `runs/{run}/announcement.json`: the figures that were announced last, and when."""

    #: The SHA-256 of the figures as JSON.
    figures: str
    #: When the DAG run had started, ISO 8601, and how often it had been cleared.
    started: str
    cleared: int


def is_news(bucket: Bucket, report: Report, context: Any) -> bool:
    """Return whether a report has to be announced, and record that it is.

    A report is no news if the same figures were announced before the run was cleared. An attempt of the task that is
    retried announces again, because Airflow announces nothing of an attempt that failed.

    Args:
        bucket: the audio bucket.
        report: the report.
        context: the context of the task.
    """
    now = Origin.of(context)
    figures = hashlib.sha256(json.dumps(report.figures, sort_keys=True).encode()).hexdigest()
    announcement = Announcement(figures, now.started, now.cleared)
    key = RunKeys(report.run).announcement
    earlier = bucket.find_record(Announcement, key)
    if earlier is not None and earlier.figures == figures and earlier != announcement:
        return False
    bucket.write_record(key, announcement)
    return True
