"""Faults that trying again cannot put right end a task at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowFailException

from transcription.contract.errors import SystemFault


@contextmanager
def final() -> Iterator[None]:
    """Use as `@final()` below `@task`: a `SystemFault` fails the task without Airflow's retries.

    Raises:
        AirflowFailException: with the fault's code and words.
    """
    try:
        yield
    except SystemFault as fault:
        raise AirflowFailException(str(fault)) from fault
