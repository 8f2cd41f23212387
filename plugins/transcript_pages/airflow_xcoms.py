"""The XComs of DAG runs in Airflow's database, which tasks stored there as JSON objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from airflow.models.xcom import XComModel
from sqlalchemy import select
from sqlalchemy.orm import Session

#: A task and the key of an XCom.
Place = tuple[str, str]


def is_xcom(dag_id: str, place: Place) -> tuple[Any, ...]:
    """Return the conditions of a query that choose the XComs of a DAG at a place."""
    task_id, key = place
    return XComModel.dag_id == dag_id, XComModel.task_id == task_id, XComModel.key == key


def read_xcoms(
    session: Session, dag_id: str, run_ids: Sequence[str], places: Iterable[Place]
) -> Mapping[tuple[str, Place], Mapping[str, Any]]:
    """Return the XComs of runs by run and place. A value that is no JSON object counts as an empty one."""
    values: dict[tuple[str, Place], Mapping[str, Any]] = {}
    for place in places:
        query = select(XComModel).where(*is_xcom(dag_id, place), XComModel.run_id.in_(run_ids))
        for xcom in session.scalars(query):
            value = XComModel.deserialize_value(xcom)
            values[xcom.run_id, place] = value if isinstance(value, dict) else {}
    return values
