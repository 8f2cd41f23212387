"""Statements in the database of a local Airflow, for what its API neither shows nor changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812

from local.airflow import Airflow


def execute(airflow: Airflow, statement: str, *values: Any) -> None:
    """Execute one statement.

    Args:
        airflow: The Airflow.
        statement: SQL with `%s` where each value stands.
        values: The values.
    """
    with _connected(airflow) as connection, connection.cursor() as cursor:
        cursor.execute(statement, values)


def rows(airflow: Airflow, query: str) -> list[Any]:
    """Return all rows of a query."""
    with _connected(airflow) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@contextmanager
def _connected(airflow: Airflow) -> Iterator[Connection]:
    """Yield a connection, and commit what was executed."""
    address = airflow.database.url.replace("+psycopg2", "")
    password_file = os.fspath(airflow.database.password_file)
    with closing(psycopg2.connect(address, passfile=password_file)) as connection, connection:
        yield connection
