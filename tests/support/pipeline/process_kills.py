"""Accidents of the machines on which Airflow and the jobs run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import psutil

from local.stack import Stack
from tests.support.pipeline.waiting import until
from transcription.contract.keys import run_name

#: Longer than every patience of Airflow: a lost worker is missed after 5 minutes.
_LATER = "-1 hour"


def kill_task(task: dict[str, Any]) -> None:
    """Kill the process of a task, given as Airflow's API describes it, as the kernel does when memory is short."""
    psutil.Process(task["pid"]).kill()


def kill_worker(task: dict[str, Any]) -> None:
    """Kill the process of a task and the worker that looks after it, as the loss of a machine does."""
    process = psutil.Process(task["pid"])
    worker = process.parent()
    assert worker is not None
    worker.kill()
    process.kill()


def pass_time(stack: Stack) -> None:
    """Make Airflow believe that time has passed since it last heard of its tasks: nobody waits for that in a test."""
    database = stack.airflow.home / "airflow.db"
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute(
            "UPDATE task_instance SET last_heartbeat_at = datetime(last_heartbeat_at, ?) WHERE state = 'running'",
            [_LATER],
        )
        connection.execute(
            "UPDATE task_instance SET end_date = datetime(end_date, ?) WHERE state = 'up_for_retry'", [_LATER]
        )


@contextmanager
def halted_child(run_id: str, index: str = "0") -> Iterator[None]:
    """Halt a child of a run as soon as it is at work: it hangs, RUNNING for Batch, until the block ends."""
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
