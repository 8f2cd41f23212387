"""Alerts: an SNS topic is told of red runs and, if wished, is sent each report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow.configuration import conf
from airflow.providers.amazon.aws.notifications.sns import SnsNotifier

from transcription.shared.settings import SECTION


def on_red_run() -> list[Callable[[Any], None]]:
    """What a DAG whose run failed calls; empty where the deployment names no topic.

    Read when Airflow parses the DAG, from its configuration alone.
    """
    topic = conf.get(SECTION, "alert_topic", fallback="")
    if not topic:
        return []
    pages = conf.get("api", "base_url", fallback="").rstrip("/")
    message = (
        "The run {{ run_id }} of {{ dag.dag_id }} failed. What it did is kept; what it did not stays in input/ and the "
        "next run takes it. Its first red task says what is wrong:\n"
        f"{pages}/dags/{{{{ dag.dag_id }}}}/runs/{{{{ run_id }}}}"
    )
    # SNS takes subjects of up to 100 characters, and a run id may have 250.
    return [SnsNotifier(target_arn=topic, subject="Transcription failed: {{ run_id[:70] }}", message=message)]


def on_report() -> list[Callable[[Any], None]]:
    """What the task `report` calls once it is done; empty where nobody wants its summary."""
    topic = conf.get(SECTION, "alert_topic", fallback="")
    # Not `getboolean`: a wrong value is for the run to tell of, not a reason for the DAG to vanish.
    if not topic or conf.get(SECTION, "daily_summary", fallback="").lower() != "true":
        return []
    message = "{{ ti.xcom_pull(task_ids='report', key='summary') }}"
    return [SnsNotifier(target_arn=topic, subject="Transcribed: {{ run_id[:70] }}", message=message)]
