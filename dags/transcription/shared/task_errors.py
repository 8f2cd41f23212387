"""Errors that end a task early: they fail the task without retries, or skip it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from transcription.contract.errors import SystemFault
from transcription.contract.log_text import printable

try:
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
except ImportError:  # Airflow 3.0's SDK lacks them; later versions warn about the old module
    from airflow.exceptions import AirflowFailException, AirflowSkipException  # type: ignore[no-redef]

__all__ = ["AirflowFailException", "AirflowSkipException", "fail_without_retry"]


@contextmanager
def fail_without_retry() -> Iterator[None]:
    """Fail a task without Airflow's retries if it raises a `SystemFault`. Decorate a task: `@fail_without_retry()`.

    Raises:
        AirflowFailException: with the code and message of the `SystemFault`.
    """
    try:
        yield
    except SystemFault as fault:
        # Without `from None`, the log shows two tracebacks with the same message.
        raise AirflowFailException(printable(str(fault))) from None
