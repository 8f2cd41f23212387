"""How a task ends other than well: at once where trying again cannot help, or skipped where there is nothing to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from transcription.contract.errors import SystemFault

try:
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
except ImportError:  # Airflow 3.0, where the SDK does not have them yet; later ones warn of the old place
    from airflow.exceptions import AirflowFailException, AirflowSkipException  # type: ignore[no-redef]

__all__ = ["AirflowFailException", "AirflowSkipException", "final"]


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
