"""What a walk knows about one run: who did what to it, and so which ends of the run are right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.support.pipeline.airflow_ui import TASKS
from transcription.contract.run_keys import run_name

#: The kinds of runs: triggered in the UI, started by a backfill, and executed by `airflow dags test`.
TRIGGERED, BACKFILL, DAGS_TEST = "triggered", "backfill", "dags test"
#: The place of an intervention that concerns the whole run and no single task.
WHOLE_RUN = "run"


@dataclass
class KnownRun:
    """One run of the DAG, and the steps of the walk that concerned it."""

    run_id: str
    kind: str = TRIGGERED
    conf: dict[str, Any] = field(default_factory=dict)
    #: The most Batch jobs that the run may have submitted.
    jobs_allowed: int = 1
    #: What people did to tasks that was not undone by a later clear, by task id or `WHOLE_RUN`.
    interventions: dict[str, str] = field(default_factory=dict)
    #: How often processes of each task may have been killed.
    kills: Counter[str] = field(default_factory=Counter)
    #: Whether somebody cleared the run. A cleared run keeps its plan.
    was_cleared: bool = False
    #: Whether the run does not exist in Airflow at present.
    is_deleted: bool = False

    def has_name(self, name: str) -> bool:
        """Return whether the records or a job with this name belong to this run, or to a deleted run with its id."""
        return re.fullmatch(rf"{re.escape(run_name(self.run_id))}(-\d+)?", name) is not None

    def intervene(self, tasks: Iterable[str], what: str) -> None:
        """Record that a person set the state of tasks."""
        self.interventions.update(dict.fromkeys(tasks, what))

    def forget_interventions(self, tasks: Iterable[str]) -> None:
        """Record that tasks were cleared, so that they run again."""
        self.was_cleared = True
        for task in (*tasks, WHOLE_RUN):
            self.interventions.pop(task, None)

    def recreate(self) -> None:
        """Record that the run was deleted and its id was used again."""
        self.is_deleted = False
        self.jobs_allowed += 1
        self.was_cleared = False
        self.interventions.clear()


def with_downstream(task: str) -> tuple[str, ...]:
    """Return a task and all later tasks."""
    return TASKS[TASKS.index(task) :]
