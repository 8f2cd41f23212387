"""Runs of the DAGs in Airflow's database, with the XComs that the tasks of a real run store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.models.dagrun import DagRun
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session
from airflow.utils.types import DagRunTriggeredByType, DagRunType
from sqlalchemy import text

from transcription.contract.run_keys import run_name

DAG_ID = "transcribe_audio"
START = datetime(2026, 11, 20, 1, tzinfo=UTC)


def add_run(
    run_id: str, *, day: int = 0, state: str = "success", figures: Mapping[str, Any] | None = None, audio: bool = True
) -> str:
    """Add a run to the database, and return the name of its records.

    Args:
        run_id: the id.
        day: the run starts this many days after `START`, and takes half an hour.
        state: the state of the run.
        figures: the figures that its task `report` stored.
        audio: whether the run found audio.
    """
    name = run_name(run_id)
    xcoms = {("plan", "return_value"): {"run": name} if audio else None, ("report", "figures"): figures}
    _add(DAG_ID, run_id, START + timedelta(days=day), state, xcoms)
    return name


def add_teaching(
    run_id: str, *, day: int = 0, state: str = "success", base: str = "court", figures: Mapping[str, Any] | None = None
) -> str:
    """Add a run of `teach_model` to the database, and return the name of its records.

    Args:
        run_id: the id.
        day: the run starts this many days after `START`.
        state: the state of the run.
        base: the model that is taught.
        figures: what its task `report` returned.
    """
    name = run_name(run_id)
    order = {"run": name, "base": base, "name": base}
    xcoms = {("check", "return_value"): order, ("report", "return_value"): figures}
    _add("teach_model", run_id, START + timedelta(days=day), state, xcoms)
    return name


def add_evaluation(
    run_id: str, *, day: int = 0, state: str = "success", figures: Mapping[str, Any] | None = None
) -> str:
    """Add a run of `evaluate_models` to the database, and return the name of its records.

    Args:
        run_id: the id.
        day: the run starts this many days after `START`.
        state: the state of the run.
        figures: what its task `report` returned.
    """
    name = run_name(run_id)
    order = {"run": name, "models": ["court-1", "anna-1"], "set": "anna", "part": "test"}
    xcoms = {("check", "return_value"): order, ("report", "return_value"): figures}
    _add("evaluate_models", run_id, START + timedelta(days=day), state, xcoms)
    return name


def _add(
    dag_id: str, run_id: str, start: datetime, state: str, xcoms: Mapping[tuple[str, str], Mapping[str, Any] | None]
) -> None:
    """Add a run that takes half an hour, with its XComs by task and key."""
    with create_session() as session:
        # The XComs belong to task instances, which these tests do not need.
        session.execute(text("PRAGMA foreign_keys=OFF"))
        run = DagRun(
            dag_id=dag_id,
            run_id=run_id,
            run_type=DagRunType.MANUAL,
            run_after=start,
            start_date=start,
            state=state,
            triggered_by=DagRunTriggeredByType.TEST,
        )
        run.end_date = start + timedelta(minutes=30)
        session.add(run)
        session.flush()
        place = {"dag_run_id": run.id, "dag_id": dag_id, "run_id": run_id, "map_index": -1}
        for (task, key), value in xcoms.items():
            if value is not None:
                session.add(XComModel(**place, task_id=task, key=key, value=value))


def remove_runs() -> None:
    """Remove all runs and XComs from the database."""
    with create_session() as session:
        session.query(XComModel).delete()
        session.query(DagRun).delete()
