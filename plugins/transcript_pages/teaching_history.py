"""The runs of the DAG `teach_model` in Airflow's database, with the figures that its tasks have stored there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select
from sqlalchemy.orm import Session

from transcript_pages.airflow_xcoms import read_xcoms
from transcript_pages.run_records import as_number

DAG_ID = "teach_model"
#: The task and the key of the XCom with the names of a run's records and models, and of the one with its figures.
_ORDER, _FIGURES = ("check", "return_value"), ("report", "return_value")


@dataclass(frozen=True)
class Teaching:
    """A run of the DAG."""

    run_id: str
    #: The state in Airflow: `queued`, `running`, `success`, `failed`.
    state: str
    started: datetime
    #: The name of its folder below `runs/`; empty without an order.
    name: str
    #: The model that is taught.
    base: str
    #: The figures of its report; empty if it has none yet.
    figures: Mapping[str, Any]

    @property
    def verdict(self) -> str:
        """The code of the decision; empty if there is none yet."""
        return str(self.figures.get("verdict", ""))

    @property
    def findings(self) -> int | None:
        """The number of recordings to look at; None if the run has no such figure."""
        number = self.number("findings")
        return None if number is None else int(number)

    def number(self, name: str) -> float | None:
        """Return a figure, such as `cost`; None if there is none."""
        return as_number(self.figures.get(name))


def newest_teachings(limit: int) -> list[Teaching]:
    """Return the newest runs, the newest first."""
    query = select(DagRun).where(DagRun.dag_id == DAG_ID).order_by(DagRun.run_after.desc(), DagRun.id.desc())
    with create_session() as session:
        return _with_xcoms(session, list(session.scalars(query.limit(limit))))


def find_teaching(run_id: str) -> Teaching | None:
    """Return a run, or None if Airflow has no such run."""
    query = select(DagRun).where(DagRun.dag_id == DAG_ID, DagRun.run_id == run_id)
    with create_session() as session:
        return next(iter(_with_xcoms(session, list(session.scalars(query)))), None)


def _with_xcoms(session: Session, runs: list[Any]) -> list[Teaching]:
    values = read_xcoms(session, DAG_ID, [run.run_id for run in runs], (_ORDER, _FIGURES))
    teachings = []
    for run in runs:
        order = values.get((run.run_id, _ORDER), {})
        teachings.append(
            Teaching(
                run_id=run.run_id,
                state=str(getattr(run.state, "value", run.state)),
                started=run.start_date or run.run_after,
                name=str(order.get("run", "")),
                base=str(order.get("base", "")),
                figures=values.get((run.run_id, _FIGURES), {}),
            )
        )
    return teachings
