"""The runs of `teach_model` and `evaluate_models` in Airflow's database, with what their tasks stored there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select
from sqlalchemy.orm import Session

from transcript_pages.airflow_runs import read_dag_run
from transcript_pages.airflow_xcoms import read_xcoms
from transcript_pages.run_records import as_list, as_number, as_object

TEACH, EVALUATE = "teach_model", "evaluate_models"
#: The task and the key of the XCom with the order of a run, and of the one with its figures.
_ORDER, _FIGURES = ("check", "return_value"), ("report", "return_value")


@dataclass(frozen=True)
class OrderedRun:
    """A run of one of the DAGs."""

    run_id: str
    #: The state in Airflow: `queued`, `running`, `success`, `failed`.
    state: str
    started: datetime
    #: What the task `check` returned, and the figures of the task `report`; empty if there are none yet.
    order: Mapping[str, Any]
    figures: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name of its folder below `runs/`; empty without an order."""
        return str(self.order.get("run", ""))

    @property
    def base(self) -> str:
        """The model that is taught."""
        return str(self.order.get("base", ""))

    @property
    def models(self) -> list[str]:
        """The models that are evaluated."""
        return list(map(str, as_list(self.order.get("models"))))

    @property
    def rates(self) -> list[Mapping[str, Any]]:
        """The figures of each evaluated model; none if the evaluation has none yet."""
        figures = map(as_object, as_list(self.figures.get("models")))
        return [entry for entry in figures if {"model", "word_error_rate"} <= entry.keys()]

    @property
    def data(self) -> str:
        """The data on which models are evaluated."""
        name = self.order.get("set")
        return f"teaching/{name}/" if name else "corrections"

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


def newest_runs(dag_id: str, limit: int) -> list[OrderedRun]:
    """Return the newest runs of a DAG, the newest first."""
    query = select(DagRun).where(DagRun.dag_id == dag_id).order_by(DagRun.run_after.desc(), DagRun.id.desc())
    with create_session() as session:
        return _with_xcoms(session, dag_id, list(session.scalars(query.limit(limit))))


def read_run(dag_id: str, run_id: str) -> OrderedRun:
    """Return a run of a DAG.

    Raises:
        RunGone: Airflow has no such run.
    """
    with create_session() as session:
        (run,) = _with_xcoms(session, dag_id, [read_dag_run(session, dag_id, run_id)])
        return run


def _with_xcoms(session: Session, dag_id: str, runs: list[Any]) -> list[OrderedRun]:
    values = read_xcoms(session, dag_id, [run.run_id for run in runs], (_ORDER, _FIGURES))
    return [
        OrderedRun(
            run_id=run.run_id,
            state=str(getattr(run.state, "value", run.state)),
            started=run.start_date or run.run_after,
            order=values.get((run.run_id, _ORDER), {}),
            figures=values.get((run.run_id, _FIGURES), {}),
        )
        for run in runs
    ]
