"""Functions that kill or halt processes of Airflow and of Batch jobs, as the loss of a machine does."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from local.stack import Stack
from tests.support.airflow_metadata import execute
from tests.support.pipeline.waiting import until
from transcription.contract.run_keys import run_name

#: Longer than any wait of Airflow. Airflow notices a lost worker after 5 minutes.
_LONG = "1 hour"


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
    with suppress(psutil.NoSuchProcess):  # the task may have ended, and nobody reports that now
        process.kill()


def kill_scheduler(stack: Stack, *, with_workers: bool) -> list[psutil.Process]:
    """Kill the scheduler and its supervisor, and start others. The new scheduler acts at once on what the first left.

    Args:
        stack: The stack.
        with_workers: Whether the workers and the processes of their tasks are killed too, as with the loss of the
            machine. Otherwise workers that execute a task go on.

    Returns:
        The workers that go on. They never end by themselves.
    """
    supervisor = stack.airflow.components["scheduler"]
    # Killed and not ended, because an ended supervisor ends its scheduler in order. A scheduler may just be starting.
    schedulers = psutil.Process(supervisor.pid).children()
    supervisor.kill()
    supervisor.wait()
    children = [child for scheduler in schedulers for child in scheduler.children()]
    busy = [] if with_workers else [child for child in children if has_children(child)]
    for scheduler in schedulers:
        scheduler.kill()
        scheduler.wait()
    for child in children:
        if child not in busy:
            kill_tree(child)
    execute(
        stack.airflow,
        "UPDATE job SET latest_heartbeat = latest_heartbeat - %s::interval "
        "WHERE job_type = 'SchedulerJob' AND state = 'running'",
        _LONG,
    )
    stack.airflow.start_component("scheduler")
    return busy


def has_children(process: psutil.Process) -> bool:
    """Return whether a process lives and has child processes."""
    try:
        return bool(process.children())
    except psutil.NoSuchProcess:
        return False


def kill_tree(process: psutil.Process) -> None:
    """Kill a process and all its child processes, as far as they have not ended."""
    with suppress(psutil.NoSuchProcess):
        for member in [process, *process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                member.kill()


def skip_waiting_times(stack: Stack) -> None:
    """Let Airflow act at once on lost tasks and on tasks that wait for their next attempt.

    The function sets the times of heartbeats and of failed attempts one hour back in Airflow's database.
    """
    execute(
        stack.airflow,
        "UPDATE task_instance SET last_heartbeat_at = last_heartbeat_at - %s::interval WHERE state = 'running'",
        _LONG,
    )
    skip_retry_delays(stack)


def skip_retry_delays(stack: Stack) -> None:
    """Let Airflow start the next attempts of tasks at once: set the times of failed attempts one hour back."""
    execute(
        stack.airflow,
        "UPDATE task_instance SET end_date = end_date - %s::interval WHERE state = 'up_for_retry'",
        _LONG,
    )


def lose_heartbeats(stack: Stack, task: dict[str, Any]) -> None:
    """Let Airflow notice at once that a task has lost its worker: set the time of its last heartbeat one hour back.

    Args:
        stack: The stack.
        task: The task, as Airflow's API described it while it ran.
    """
    execute(
        stack.airflow,
        "UPDATE task_instance SET last_heartbeat_at = last_heartbeat_at - %s::interval "
        "WHERE state = 'running' AND run_id = %s AND task_id = %s AND try_number = %s",
        _LONG,
        task["dag_run_id"],
        task["task_id"],
        task["try_number"],
    )


def forget_heartbeats(stack: Stack, task: dict[str, Any]) -> None:
    """Let Airflow answer 404 to the heartbeats of a running task: give the task instance another id in the database.

    Args:
        stack: The stack.
        task: The running task, as Airflow's API describes it.
    """
    execute(
        stack.airflow,
        "UPDATE task_instance SET id = %s WHERE state = 'running' AND run_id = %s AND task_id = %s",
        uuid.uuid4().hex,
        task["dag_run_id"],
        task["task_id"],
    )


def deliver_again(stack: Stack, task: dict[str, Any]) -> str:
    """Let a second worker execute a running task, as Celery does with a message that SQS delivers again.

    Airflow refuses the second worker, and orders the next attempt because of its error.

    Args:
        stack: The stack.
        task: The running task, as Airflow's API describes it.

    Returns:
        What the second worker printed, with the answer of Airflow.

    Raises:
        AssertionError: The second worker was allowed to start.
    """
    program = Path(__file__).with_name("second_delivery.py")
    delivery = stack.airflow.run_python(str(program), task["dag_id"], task["dag_run_id"], task["task_id"])
    assert delivery.returncode == 0, delivery.stdout + delivery.stderr
    return delivery.stdout


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
