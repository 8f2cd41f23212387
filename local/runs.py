"""Runs of the DAG, started and watched through Airflow's REST API v2. The Trigger button uses this API, too."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from local.airflow import DAG_ID
from local.errors import StackError

_ENDED = {"success", "failed"}
_TICK = 0.5
#: After this number of failed requests in a row, `wait` gives up.
_MOST_FAILURES = 20


@dataclass(frozen=True)
class Run:
    """A run that has ended: its id, its state, and the state of each task (`None` if the task never started)."""

    run_id: str
    state: str
    tasks: dict[str, str | None]


def trigger(client: httpx.Client, conf: dict[str, Any] | None = None, dag_id: str = DAG_ID) -> str:
    """Start a run of a DAG with the parameters `conf`.

    Returns:
        The run id.

    Raises:
        StackError: Airflow refused to start the run. The message contains Airflow's answer.
    """
    response = client.post(f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf or {}})
    if response.is_error:
        raise StackError(f"Airflow refused to start a run: {response.text}")
    return str(response.json()["dag_run_id"])


def wait(
    client: httpx.Client,
    run_id: str,
    show: Callable[[dict[str, str | None]], None] = lambda _: None,
    limit: float = math.inf,
    dag_id: str = DAG_ID,
) -> Run:
    """Wait for the end of a run.

    Args:
        client: A client of Airflow's REST API.
        run_id: The run.
        show: Called with the states of the tasks each time they were read.
        limit: How long to wait, in seconds.
        dag_id: The DAG.

    Returns:
        The run, which succeeded or failed.

    Raises:
        StackError: The run has not ended after `limit` seconds, or Airflow no longer answers.
    """
    deadline, failures = time.monotonic() + limit, 0
    while time.monotonic() < deadline:
        try:
            state = client.get(f"/dags/{dag_id}/dagRuns/{run_id}").raise_for_status().json()["state"]
            tasks = task_states(client, run_id, dag_id)
        except httpx.HTTPError as error:  # a busy Airflow may still answer the next request
            failures += 1
            if failures == _MOST_FAILURES:
                raise StackError(f"Airflow no longer answers: {error}") from error
            time.sleep(_TICK)
            continue
        failures = 0
        show(tasks)
        if state in _ENDED:
            return Run(run_id, state, tasks)
        time.sleep(_TICK)
    raise StackError(f"The run {run_id} has not ended after {limit:.0f} s.")


def task_states(client: httpx.Client, run_id: str, dag_id: str = DAG_ID) -> dict[str, str | None]:
    """Return the state of each task of a run, by task id. The state is `None` if the task has none yet."""
    response = client.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances").raise_for_status()
    return {task["task_id"]: task["state"] for task in response.json()["task_instances"]}


def task_log(client: httpx.Client, run_id: str, task_id: str, attempt: int = 1) -> str:
    """Return the log of one attempt of a task as text, with one JSON object per line. `attempt` counts from 1."""
    path = f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}"
    content = client.get(path, params={"full_content": True}).raise_for_status().json()["content"]
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in content)
