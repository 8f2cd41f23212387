"""Functions that kill or halt processes of Airflow and of Batch jobs, as the loss of a machine does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import psutil

from local.stack import Stack
from tests.support.pipeline.waiting import until
from transcription.contract.keys import run_name

#: A time in SQLite's notation, longer than any wait of Airflow. Airflow notices a lost worker after 5 minutes.
_ONE_HOUR_AGO = "-1 hour"


def kill_task(task: dict[str, Any]) -> None:
    """Kill the process of a task, as the kernel does when memory is short.

    Args:
        task: The running task, as Airflow's API describes it.
    """
    psutil.Process(task["pid"]).kill()


def kill_worker(task: dict[str, Any]) -> None:
    """Kill the process of a task and the worker that supervises this process, as the loss of a machine does.

    Args:
        task: The running task, as Airflow's API describes it.
    """
    process = psutil.Process(task["pid"])
    worker = process.parent()
    assert worker is not None
    worker.kill()
    process.kill()


def skip_waiting_times(stack: Stack) -> None:
    """Let Airflow act at once on lost tasks and on tasks that wait for their next attempt.

    The function sets the times of heartbeats and of failed attempts one hour back in Airflow's database.
    """
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
    """Wait until a child of a run works, and halt the child until the block ends. Batch shows the child as RUNNING.

    Args:
        run_id: The run.
        index: The index of the child in its array job.
    """
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
