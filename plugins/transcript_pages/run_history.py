"""The runs of the DAG in Airflow's database, with the figures that the task `report` has stored there.

A list of runs therefore needs no request to S3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airflow.models.dagrun import DagRun
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session
from sqlalchemy import select
from sqlalchemy.orm import Session

from transcript_pages.access import DAG_ID
from transcript_pages.airflow_runs import read_dag_run
from transcript_pages.airflow_xcoms import is_xcom, read_xcoms
from transcript_pages.run_records import as_number
from transcription.contract.run_keys import run_name

#: The task and the key of the XCom with the figures of a run, and those of the XCom with the name of its records.
_FIGURES = ("report", "figures")
_PLAN = ("plan", "return_value")
_ACTIVE = frozenset({"queued", "running"})


@dataclass(frozen=True)
class Run:
    """A run of the DAG."""

    run_id: str
    #: The state in Airflow: `queued`, `running`, `success`, `failed`.
    state: str
    #: When Airflow might start it; the order of runs.
    due: datetime
    #: When it started; None if it has not started yet.
    started: datetime | None
    ended: datetime | None
    #: The name of its folder below `runs/`.
    name: str
    #: Whether the run had audio, so that it has records.
    is_planned: bool
    #: The figures of its report; empty if it has none yet.
    figures: Mapping[str, Any]

    @property
    def minutes(self) -> float | None:
        """How long it took, or None if it works."""
        return (self.ended - self.started).total_seconds() / 60 if self.started and self.ended else None

    @property
    def real_time_factor(self) -> float | None:
        """The vCPU seconds of recognition per second of audio; None if the run has no such figure."""
        return as_number(self.figures.get("real_time_factor"))

    @property
    def is_active(self) -> bool:
        """Whether the run waits for its start, or works."""
        return self.state in _ACTIVE

    @property
    def hours(self) -> float | None:
        """The hours of transcribed audio."""
        seconds = as_number(self.figures.get("audio_seconds"))
        return None if seconds is None else seconds / 3600

    def count(self, name: str) -> int | None:
        """Return a number of the figures, such as `failed`; None if there is none."""
        number = as_number(self.figures.get(name))
        return None if number is None else int(number)


def newest_runs(limit: int, before: datetime | None = None, *, with_audio: bool = False) -> list[Run]:
    """Return the newest runs, the newest first.

    Args:
        limit: the greatest number of runs.
        before: only runs that are due before this time.
        with_audio: only runs that found audio.
    """
    query = select(DagRun).where(DagRun.dag_id == DAG_ID).order_by(DagRun.run_after.desc(), DagRun.id.desc())
    if before is not None:
        query = query.where(DagRun.run_after < before)
    if with_audio:
        query = query.where(DagRun.run_id.in_(select(XComModel.run_id).where(*is_xcom(DAG_ID, _PLAN))))
    with create_session() as session:
        runs = list(session.scalars(query.limit(limit)))
        return _with_xcoms(session, runs)


def read_run(run_id: str) -> Run:
    """Return a run.

    Raises:
        RunGone: Airflow has no such run.
    """
    with create_session() as session:
        (run,) = _with_xcoms(session, [read_dag_run(session, DAG_ID, run_id)])
        return run


def _with_xcoms(session: Session, runs: list[Any]) -> list[Run]:
    """Return runs with their figures and the names of their records."""
    values = read_xcoms(session, DAG_ID, [run.run_id for run in runs], (_FIGURES, _PLAN))
    return [
        Run(
            run_id=run.run_id,
            state=str(getattr(run.state, "value", run.state)),
            due=run.run_after,
            started=run.start_date or run.run_after,
            ended=run.end_date,
            name=str(values.get((run.run_id, _PLAN), {}).get("run") or run_name(run.run_id)),
            is_planned=(run.run_id, _PLAN) in values,
            figures=values.get((run.run_id, _FIGURES), {}),
        )
        for run in runs
    ]
