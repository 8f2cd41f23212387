"""One run of a DAG in Airflow's database."""

from __future__ import annotations

from airflow.models.dagrun import DagRun
from sqlalchemy import select
from sqlalchemy.orm import Session


class RunGone(Exception):
    """Raised when Airflow has no run with an id, for example because somebody deleted it."""

    def __init__(self) -> None:
        super().__init__("Airflow has no such run any more.")


def read_dag_run(session: Session, dag_id: str, run_id: str) -> DagRun:
    """Return a run of a DAG.

    Raises:
        RunGone: Airflow has no such run.
    """
    run = session.scalar(select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id))
    if run is None:
        raise RunGone
    return run
