"""A run with a logical date in the future, in each version of Airflow: the scheduler ends it after its time limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from local.airflow import DAG_ID, Airflow
from tests.support.airflow_metadata import execute, rows


def run_airflow(airflow: Airflow, *arguments: str) -> None:
    """Run an Airflow command that has to succeed."""
    done = airflow.command(*arguments)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def trigger(airflow: Airflow, run_id: str, logical_date: str) -> None:
    run_airflow(airflow, "dags", "trigger", "--run-id", run_id, "--logical-date", logical_date, DAG_ID)


def start_before(airflow: Airflow, run_id: str, age: timedelta) -> None:
    """Make a run look as if the scheduler had started it that long ago."""
    start = datetime.now(UTC) - age
    execute(airflow, "UPDATE dag_run SET state = 'running', start_date = %s WHERE run_id = %s", start, run_id)


def states(airflow: Airflow) -> dict[str, str]:
    return dict(rows(airflow, "SELECT run_id, state FROM dag_run"))


def test_a_run_that_starts_no_task_is_ended_after_seven_days_and_not_before(airflow: Airflow) -> None:
    run_airflow(airflow, "dag-processor", "--num-runs", "1")
    trigger(airflow, "young", "2130-01-01T00:00:00+00:00")
    trigger(airflow, "old", "2131-01-01T00:00:00+00:00")
    start_before(airflow, "young", timedelta(days=6, hours=23))
    start_before(airflow, "old", timedelta(days=7, hours=1))
    run_airflow(airflow, "scheduler", "--num-runs", "3")
    assert states(airflow) == {"young": "running", "old": "failed"}
