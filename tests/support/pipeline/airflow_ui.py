"""Actions and views of the Airflow UI, through the API calls that its pages make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_fixed

from local import runs
from local.airflow import DAG_ID
from local.runs import Run
from tests.support.pipeline.waiting import until

#: The tasks of the DAG, in the order of the flow.
TASKS = ("wait_for_audio", "plan", "transcribe", "verify_transcripts", "move_to_processed", "report")
#: How long a wait may take, in seconds. On a quiet machine a run takes 10.
LIMIT = 300


def _is_busy(error: BaseException) -> bool:
    """Return whether Airflow did not answer, or only with an error of its own, for example while it starts."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.is_server_error
    return isinstance(error, httpx.TransportError)


#: Repeats a look at Airflow. A busy Airflow may answer the next request.
_repeat_if_busy = retry(
    retry=retry_if_exception(_is_busy), stop=stop_after_attempt(5), wait=wait_fixed(1), reraise=True
)


class AirflowUi:
    """The DAG's pages in the Airflow UI, for a user who is logged in."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def trigger(self, conf: dict[str, Any] | None = None) -> str:
        """Press Trigger with the form values `conf`, and return the id of the new run."""
        return runs.trigger(self._client, conf)

    def trigger_with_id(self, run_id: str) -> None:
        """Press Trigger with a run id of one's own, as automation with fixed ids does."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": {}}
        self._client.post(f"/dags/{DAG_ID}/dagRuns", json=body).raise_for_status()

    def start_backfill(self, date: datetime, *, reprocess: bool) -> None:
        """Start a backfill of one day.

        Args:
            date: The midnight at which the day begins.
            reprocess: Whether a run of this day that has ended is repeated.
        """
        body = {
            "dag_id": DAG_ID,
            "from_date": date.isoformat(),
            "to_date": (date + timedelta(hours=23)).isoformat(),
            "reprocess_behavior": "completed" if reprocess else "none",
        }
        self._client.post("/backfills", json=body).raise_for_status()

    def delete_run(self, run_id: str) -> None:
        """Delete a run that does not work."""
        self._client.delete(f"/dags/{DAG_ID}/dagRuns/{run_id}").raise_for_status()

    def wait(self, run_id: str, show: Callable[[dict[str, str | None]], None] = lambda _: None) -> Run:
        """Wait for the end of a run, and return the run. Call `show` repeatedly with the states of its tasks.

        Raises:
            StackError: The run has not ended after `LIMIT` seconds, or Airflow no longer answers.
        """
        return runs.wait(self._client, run_id, show, limit=LIMIT)

    def clear(self, run_id: str, task_id: str, *, downstream: bool = True) -> None:
        """Press Clear on a task. With `downstream`, the default of the dialogue, clear the later tasks too."""
        body = {
            "dag_run_id": run_id,
            "task_ids": [task_id],
            "include_downstream": downstream,
            "only_failed": False,
            "dry_run": False,
        }
        self._client.post(f"/dags/{DAG_ID}/clearTaskInstances", json=body).raise_for_status()

    def mark_run_failed(self, run_id: str) -> None:
        """Choose "Mark as failed" on a run."""
        self._client.patch(f"/dags/{DAG_ID}/dagRuns/{run_id}", json={"state": "failed"}).raise_for_status()

    def mark_succeeded(self, run_id: str, task_id: str) -> None:
        """Choose "Mark as success" on a task and all later tasks."""
        self.mark_task(run_id, task_id, "success", downstream=True)

    def mark_task(self, run_id: str, task_id: str, state: str, *, downstream: bool = False) -> None:
        """Choose "Mark as success" or "Mark as failed" on a task.

        Args:
            run_id: The run.
            task_id: The task.
            state: `success` or `failed`.
            downstream: Whether all later tasks get the state too.
        """
        body = {"new_state": state, "include_downstream": downstream}
        self._client.patch(_task(run_id, task_id), json=body).raise_for_status()

    def pause(self, *, paused: bool = True) -> None:
        """Pause the DAG, or unpause the DAG if `paused` is false."""
        self._client.patch(f"/dags/{DAG_ID}", json={"is_paused": paused}).raise_for_status()

    def active_runs(self) -> list[str]:
        """Return the ids of the runs that have not ended."""
        active = self._get(f"/dags/{DAG_ID}/dagRuns", state=["queued", "running"])["dag_runs"]
        return [run["dag_run_id"] for run in active]

    def run_states(self) -> dict[str, str]:
        """Return the states of the newest 100 runs by run id, the newest first."""
        newest = self._get(f"/dags/{DAG_ID}/dagRuns", limit=100, order_by="-id")["dag_runs"]
        return {run["dag_run_id"]: run["state"] for run in newest}

    def tasks(self, run_id: str) -> dict[str, dict[str, Any]]:
        """Return the tasks of a run by task id, as Airflow's API describes them."""
        tasks = self._get(f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return {task["task_id"]: task for task in tasks}

    def run_state(self, run_id: str) -> str:
        """Return the state of a run, such as `failed`."""
        return str(self._get(f"/dags/{DAG_ID}/dagRuns/{run_id}")["state"])

    def task(self, run_id: str, task_id: str) -> dict[str, Any]:
        """Return a task of a run as Airflow's API describes it: `state`, `try_number`, `pid`, …"""
        return self._get(_task(run_id, task_id))

    def wait_for_task(self, run_id: str, task_id: str, *states: str, attempt: int | None = None) -> dict[str, Any]:
        """Wait until a task has one of `states`, and return the task as Airflow's API describes it.

        Args:
            run_id: The run.
            task_id: The task.
            states: The states to wait for.
            attempt: The number of the attempt that must have the state; `None` for any attempt.

        Raises:
            AssertionError: The task has not reached the state after `LIMIT` seconds.
        """

        def reached() -> dict[str, Any] | None:
            task = self.task(run_id, task_id)
            return task if task["state"] in states and attempt in (None, task["try_number"]) else None

        return until(f"{task_id} {'/'.join(states)} (attempt {attempt or 'any'})", reached, limit=LIMIT)

    @_repeat_if_busy
    def log(self, run_id: str, task_id: str, attempt: int = 1) -> str:
        """Return the log of one attempt of a task."""
        return runs.task_log(self._client, run_id, task_id, attempt)

    def buttons(self, run_id: str, task_id: str) -> dict[str, str]:
        """Return the URLs of the buttons on the page of a task, by the button's name."""
        links: dict[str, str | None] = self._get(f"{_task(run_id, task_id)}/links")["extra_links"]
        return {name: address for name, address in links.items() if address}

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """Return the events of assets that a run has emitted."""
        events: list[dict[str, Any]] = self._get("/assets/events", source_run_id=run_id)["asset_events"]
        return events

    @_repeat_if_busy
    def _get(self, path: str, **params: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.get(path, params=params).raise_for_status().json()
        return answer


def _task(run_id: str, task_id: str) -> str:
    return f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/{task_id}"
