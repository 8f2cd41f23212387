"""Airflow's configuration for a test's bucket and queue, and fakes of the objects that Airflow passes to a task."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.execution_time.context import OutletEventAccessors

from tests.support.dags.bucket_objects import RUN_ID
from tests.support.standin.standin_server import LIMIT, LocalAws
from tests.support.standin.standin_server import Batch as Queue
from transcription.shared.bucket import Bucket
from transcription.shared.settings import Settings, load_settings


@dataclass
class TaskInstance:
    """A fake of Airflow's task instance: the entry `ti` in the context of a task."""

    run_id: str = RUN_ID
    task_id: str = "transcribe"
    dag_id: str = "transcribe_audio"
    #: The id and the number of the attempt of the task.
    id: str = "first"
    try_number: int = 1
    #: When the run started, and how often it was cleared.
    run_started: datetime = datetime(2026, 11, 22, 1, tzinfo=UTC)
    clears: int = 0
    #: The states of other runs in Airflow, by the ids of their DAG and of the run.
    runs: dict[tuple[str, str], str] = field(default_factory=dict)
    #: The task's state in Airflow, or "deleted" if the run was deleted.
    state: str | None = "running"
    #: Grows when the task is cleared.
    max_tries: int = 2
    #: The state of the task `plan` of the same run.
    plan_state: str | None = "success"
    #: The values that the task pushed, by key.
    xcoms: dict[str, Any] = field(default_factory=dict)

    def xcom_push(self, key: str, value: Any) -> None:
        """Store a value in `xcoms`."""
        self.xcoms[key] = value

    def get_dr_count(self, dag_id: str, run_ids: list[str], states: list[str]) -> int:
        """Return the number of runs with these ids that have one of the states."""
        return sum(self.runs.get((dag_id, run_id)) in states for run_id in run_ids)

    def get_task_states(self, dag_id: str, task_ids: list[str], run_ids: list[str]) -> dict[str, Any]:
        """Return states of tasks in Airflow's form: run id → task id → state. A deleted run has no entry."""
        assert (dag_id, run_ids) == (self.dag_id, [self.run_id])
        states = {"plan": self.plan_state, self.task_id: self.state}
        return {} if self.state == "deleted" else {self.run_id: {name: states[name] for name in task_ids}}


def make_context(ti: TaskInstance | None = None, **params: Any) -> Any:
    """Return the context that Airflow passes to a task.

    Args:
        ti: the task instance; `None` creates a new one.
        params: the parameters of the run.
    """
    ti = ti or TaskInstance()
    dag_run = SimpleNamespace(run_type="manual", start_date=ti.run_started, clear_number=ti.clears)
    return {
        "ti": ti,
        "run_id": ti.run_id,
        "dag_run": dag_run,
        "params": params,
        "outlet_events": OutletEventAccessors(),
    }


class Impatient(Event):
    """An event whose `wait` lasts at most 0.02 s, so that code that polls every few seconds polls at once.

    Code that still polls `LIMIT` seconds after the creation of the event fails the test.
    """

    def __init__(self) -> None:
        super().__init__()
        self._deadline = time.monotonic() + LIMIT

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the event is set, at most 0.02 s, and return whether the event is set."""
        assert time.monotonic() < self._deadline, f"still waiting after {LIMIT} s"
        return super().wait(min(timeout or 0.0, 0.02))


def waits_for(gate: Path) -> str:
    """Return the Python code of a job that runs until the file `gate` exists."""
    return f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.02)\n"


def resists(seconds: float, ready: Path) -> str:
    """Return the Python code of a job that ends `seconds` seconds after SIGTERM, or after a minute.

    The code first creates the file `ready`. In a child of an array job, the file's name ends with the child's index.
    """
    return (
        "import os, pathlib, signal, sys, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: (time.sleep({seconds}), sys.exit(143)))\n"
        f"pathlib.Path({str(ready)!r} + os.environ.get('AWS_BATCH_JOB_ARRAY_INDEX', '')).touch()\n"
        "time.sleep(60)"
    )


class AirflowDeployment:
    """A bucket, a Batch queue, and Airflow's configuration for both."""

    def __init__(self, aws: LocalAws, bucket: Bucket, queue: Queue, environment: pytest.MonkeyPatch) -> None:
        self.aws, self.bucket, self.queue, self._environment = aws, bucket, queue, environment
        self._definition = f"transcribe-{uuid.uuid4().hex[:8]}"
        self.configure(bucket=bucket.name, job_queue=queue.queue, job_definition="no-such-definition")

    def configure(self, **settings: Any) -> None:
        """Change settings of the section `[transcription]` in Airflow's configuration."""
        for name, value in settings.items():
            self._environment.setenv(f"AIRFLOW__TRANSCRIPTION__{name.upper()}", str(value))

    @property
    def settings(self) -> Settings:
        """The current settings."""
        return load_settings()

    def define(self, code: str, **properties: Any) -> str:
        """Register a revision of the job definition, set it as the setting `job_definition`, and return its ARN.

        Args:
            code: the Python code that the jobs run.
            properties: further properties of the job definition, as for `Batch.define`.
        """
        arn = self.queue.define(["python", "-c", code, "Ref::run", "Ref::draft"], name=self._definition, **properties)
        self.configure(job_definition=arn)
        return arn

    def calls(self, service: str) -> dict[str, int]:
        """Return the number of requests to a service since the test began, by action."""
        counts: dict[str, int] = self.aws.control("GET", "/_calls").get(service, {})
        return counts
