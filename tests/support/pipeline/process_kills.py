"""Kill or halt the processes of Airflow and of Batch jobs, as the loss of a machine does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import psutil

from local.stack import Stack
from tests.support.pipeline.waiting import until
from transcription.contract.keys import run_name

#: Longer than Airflow waits for anything. It misses a lost worker after 5 minutes.
_ONE_HOUR_AGO = "-1 hour"


def kill_task(task: dict[str, Any]) -> None:
    """Kill the process of a task, as the kernel does when memory is short. `task` comes from Airflow's API."""
    psutil.Process(task["pid"]).kill()


def kill_worker(task: dict[str, Any]) -> None:
    """Kill the process of a task and the worker that supervises it, as the loss of a machine does."""
    process = psutil.Process(task["pid"])
    worker = process.parent()
    assert worker is not None
    worker.kill()
    process.kill()


def skip_waiting_times(stack: Stack) -> None:
    """Date heartbeats and failed attempts one hour back in Airflow's database, so that Airflow acts on them at once."""
    database = stack.airflow.home / "airflow.db"
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute(
            "UPDATE task_instance SET last_heartbeat_at = datetime(last_heartbeat_at, ?) WHERE state = 'running'",
            [_ONE_HOUR_AGO],
        )
        connection.execute(
            "UPDATE task_instance SET end_date = datetime(end_date, ?) WHERE state = 'up_for_retry'", [_ONE_HOUR_AGO]
        )


@contextmanager
def halted_child(run_id: str, index: str = "0") -> Iterator[None]:
    """Halt a child of a run as soon as it works. For Batch it stays RUNNING until the block ends."""
    child = until("a child at work", lambda: _find_child(run_name(run_id), index), tick=0.01)
    child.suspend()
    try:
        yield
    finally:
        child.resume()


def _find_child(run: str, index: str) -> psutil.Process | None:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            command = process.cmdline()
            if command[1:3] != ["-m", "transcriber"] or run not in command:
                continue
            if process.environ().get("AWS_BATCH_JOB_ARRAY_INDEX", "0") == index:
                return process
    return None
