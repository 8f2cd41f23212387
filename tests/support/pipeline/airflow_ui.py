"""What people press and see in the Airflow UI, as the calls of its API that its pages make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from local import runs
from local.airflow import DAG_ID
from local.runs import Run
from tests.support.pipeline.waiting import until

#: In the order of the flow.
TASKS = ("wait_for_audio", "plan", "transcribe", "verify_transcripts", "move_to_processed", "report")
#: How long anything may take, in seconds; on a quiet machine a run takes 10.
LIMIT = 300
#: Longer than a round of Airflow's scheduler takes.
_LOOKS = 10


class People:
    """Somebody who is logged in and looks at the DAG's page."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def trigger(self, conf: dict[str, Any] | None = None) -> str:
        """Press Trigger; the new run's id."""
        return runs.trigger(self._client, conf)

    def wait(self, run_id: str, seen: Callable[[dict[str, str | None]], None] = lambda _: None) -> Run:
        """Watch a run until its end; `seen` is shown the state of its tasks."""
        return runs.wait(self._client, run_id, seen, limit=LIMIT)

    def clear(self, run_id: str, task_id: str, *, downstream: bool = True) -> None:
        """Press Clear on a task; the dialogue takes the tasks behind it along unless it is told not to."""
        body = {
            "dag_run_id": run_id,
            "task_ids": [task_id],
            "include_downstream": downstream,
            "only_failed": False,
            "dry_run": False,
        }
        self._client.post(f"/dags/{DAG_ID}/clearTaskInstances", json=body).raise_for_status()

    def mark_run_failed(self, run_id: str) -> None:
        """Choose "Mark as failed" on a run: what people do to end it; until it stays so.

        SQLite locks no rows, so that a scheduler that is just looking at the run may write back what it saw.
        """
        looks: list[str] = []

        def stays_so() -> bool:
            looks.append(self.run_state(run_id))
            if looks[-1] != "failed":
                self._client.patch(f"/dags/{DAG_ID}/dagRuns/{run_id}", json={"state": "failed"}).raise_for_status()
            return looks[-_LOOKS:] == ["failed"] * _LOOKS

        until("the run is marked as failed", stays_so, tick=0.2)

    def mark_succeeded(self, run_id: str, task_id: str) -> None:
        """Choose "Mark as success" on a task and all behind it."""
        body = {"new_state": "success", "include_downstream": True}
        self._client.patch(_task(run_id, task_id), json=body).raise_for_status()

    def pause(self, *, paused: bool = True) -> None:
        """Turn the switch of the DAG."""
        self._client.patch(f"/dags/{DAG_ID}", json={"is_paused": paused}).raise_for_status()

    def active(self) -> list[str]:
        """The ids of the runs that are not over."""
        found = self._get(f"/dags/{DAG_ID}/dagRuns", state=["queued", "running"])["dag_runs"]
        return [each["dag_run_id"] for each in found]

    def run_state(self, run_id: str) -> str:
        """The colour of a run."""
        return str(self._get(f"/dags/{DAG_ID}/dagRuns/{run_id}")["state"])

    def task(self, run_id: str, task_id: str) -> dict[str, Any]:
        """A task of a run: its `state`, `try_number`, `pid`, …"""
        return self._get(_task(run_id, task_id))

    def wait_for_task(self, run_id: str, task_id: str, *states: str, attempt: int | None = None) -> dict[str, Any]:
        """Watch a task until it has one of `states`, at its attempt number `attempt` or any."""

        def reached() -> dict[str, Any] | None:
            task = self.task(run_id, task_id)
            return task if task["state"] in states and attempt in (None, task["try_number"]) else None

        return until(f"{task_id} {'/'.join(states)} (attempt {attempt or 'any'})", reached, limit=LIMIT)

    def log(self, run_id: str, task_id: str, attempt: int = 1) -> str:
        """The log of one attempt of a task."""
        return runs.task_log(self._client, run_id, task_id, attempt)

    def buttons(self, run_id: str, task_id: str) -> dict[str, str]:
        """The buttons on the page of a task, each with the address that it leads to."""
        found: dict[str, str | None] = self._get(f"{_task(run_id, task_id)}/links")["extra_links"]
        return {name: address for name, address in found.items() if address}

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """The Asset events that a run has emitted."""
        found: list[dict[str, Any]] = self._get("/assets/events", source_run_id=run_id)["asset_events"]
        return found

    def _get(self, path: str, **params: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._client.get(path, params=params).raise_for_status().json()
        return found


def _task(run_id: str, task_id: str) -> str:
    return f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/{task_id}"
