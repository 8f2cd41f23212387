"""The stack during a walk: what was uploaded, which runs exist, and which faults are in force."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
import psutil

from local.resources import BUCKET
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.process_kills import has_children, kill_tree, skip_retry_delays
from tests.support.pipeline.waiting import until
from tests.support.walk.known_run import BACKFILL, DAGS_TEST, TRIGGERED, KnownRun
from tests.support.walk.uploads import Uploads
from transcription.contract import keys, records
from transcription.contract.manifest import Done, Item, Plan, Shard
from transcription.contract.run_keys import RunKeys, run_name

ENDED = ("success", "failed")
#: How long anything may take until it is a fault of the system, in seconds. Nothing takes a tenth of it on a quiet
#: machine.
LIMIT = 300
_KIND_BY_RUN_ID = {"backfill": BACKFILL, "manual": DAGS_TEST}


@dataclass(frozen=True)
class Explanation:
    """A fault that may turn a run red, and the words that the logs of its red tasks then hold."""

    fault: str
    words: str


class View:
    """What Airflow and the bucket show at one moment. Each part is read when it is first needed."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._tasks: dict[str, dict[str, dict[str, Any]]] = {}

    @cached_property
    def states(self) -> dict[str, str]:
        """The states of the runs by run id, the newest first."""
        return self._pipeline.ui.run_states()

    @property
    def active(self) -> list[str]:
        """The ids of the runs that have not ended, the newest first."""
        return [run_id for run_id, state in self.states.items() if state not in ENDED]

    @property
    def working(self) -> list[str]:
        """The ids of the runs that execute tasks, the newest first."""
        return [run_id for run_id, state in self.states.items() if state == "running"]

    @cached_property
    def waiting(self) -> list[str]:
        """The names of the recordings in `input/`."""
        return [key.removeprefix(keys.INPUT_FOLDER) for key in self._pipeline.keys(keys.INPUT_FOLDER)]

    @cached_property
    def faults(self) -> list[dict[str, Any]]:
        """The faults in force that can still happen."""
        faults = self._pipeline.faults()
        return [fault for fault in faults if fault["times"] is None or fault["fired"] < fault["times"]]

    def tasks(self, run_id: str) -> dict[str, dict[str, Any]]:
        """Return the tasks of a run by task id, as Airflow's API describes them."""
        if run_id not in self._tasks:
            self._tasks[run_id] = self._pipeline.ui.tasks(run_id)
        return self._tasks[run_id]

    def running_tasks(self) -> Iterator[dict[str, Any]]:
        """Yield the tasks that a process executes at this moment."""
        for run_id in self.working:
            for task in self.tasks(run_id).values():
                if task["state"] == "running" and task["pid"]:
                    yield task


class World:
    """The stack with everything that a walk has done to it.

    Args:
        pipeline: The running pipeline, without objects and without runs that work. Its runs are deleted.
        seed: The seed of all choices.
    """

    def __init__(self, pipeline: Pipeline, seed: int) -> None:
        self.pipeline, self.ui, self.stack = pipeline, pipeline.ui, pipeline.stack
        while earlier_runs := self.ui.run_states():  # of other tests, whose reports are no longer in the bucket
            for run_id in earlier_runs:
                self.ui.delete_run(run_id)
        self.random = random.Random(seed)  # noqa: S311 - a walk that can be repeated
        self.uploads = Uploads(pipeline)
        #: All runs, also deleted ones, by run id, in the order in which the walk noticed them.
        self.runs: dict[str, KnownRun] = {}
        #: The faults so far that may turn runs red.
        self.explanations: set[Explanation] = set()
        #: The names of recordings that S3 refuses to somebody.
        self.denied: set[str] = set()
        #: The processes of `airflow dags test`.
        self.dags_tests: list[subprocess.Popen[bytes]] = []
        #: Workers whose scheduler was killed.
        self.orphans: list[psutil.Process] = []
        self.view = View(pipeline)

    def look(self) -> View:
        """Look at the stack again, note runs that started by themselves, and skip the pauses before next attempts."""
        self.view = View(self.pipeline)
        for run_id in reversed(self.view.states):
            if run_id not in self.runs:
                self.remember(run_id, _KIND_BY_RUN_ID.get(run_id.partition("__")[0], TRIGGERED))
            elif self.runs[run_id].is_deleted:
                self.runs[run_id].recreate()
        for run_id in self.view.working:
            if any(task["state"] == "up_for_retry" for task in self.view.tasks(run_id).values()):
                skip_retry_delays(self.stack)
        return self.view

    def remember(self, run_id: str, kind: str = TRIGGERED, conf: dict[str, Any] | None = None) -> KnownRun:
        """Note a new run."""
        run = self.runs[run_id] = KnownRun(run_id, kind, conf or {})
        if any(fault["kind"] == "kill" for fault in self.view.faults):
            run.kills["any task"] += 1
        return run

    def wait_until(self, what: str, condition: Callable[[View], Any]) -> None:
        """Look again and again until a condition is true. A request that a busy Airflow does not answer is repeated.

        Raises:
            AssertionError: The condition was not true within `LIMIT` seconds.
        """

        def is_met() -> bool:
            with suppress(httpx.HTTPError):
                return bool(condition(self.look()))
            return False

        until(what, is_met, limit=LIMIT, tick=0.2)

    def explain(self, fault: str, words: str) -> None:
        """Note a fault that may turn runs red."""
        self.explanations.add(Explanation(fault, words))

    def end_faults(self) -> None:
        """End all faults, and end workers that wait for a scheduler that was killed."""
        self.pipeline.end_faults()
        self.denied.clear()
        idle = [worker for worker in self.orphans if not has_children(worker)]
        for worker in idle:
            kill_tree(worker)
        self.orphans = [worker for worker in self.orphans if worker not in idle]

    def newest_records(self, run: KnownRun) -> str:
        """Return the name of the folder in `runs/` with a run's records, or an empty text if there is none."""
        folders = {key.split("/")[1] for key in self.pipeline.keys(f"{keys.RUNS_FOLDER}{run_name(run.run_id)}")}
        own = [folder for folder in folders if run.has_name(folder)]
        return max(own, key=lambda name: (len(name), name), default="")

    def planned(self, run: KnownRun) -> list[Item]:
        """Return the files in the plan of a run, also those that need no transcription or that were refused."""
        name = self.newest_records(run)
        if not name or not self.pipeline.find(RunKeys(name).plan):
            return []
        plan = self._read(Plan, RunKeys(name).plan)
        shards = [self._read(Shard, RunKeys(name).shard(plan.draft, index)) for index in range(plan.shards)]
        items = [item for shard in shards for item in shard.items]
        if plan.done:
            items += self._read(Done, RunKeys(name).done(plan.draft)).items
        return [*items, *(refusal.item for refusal in plan.refused)]

    def _read[Record](self, kind: type[Record], key: str) -> Record:
        return records.load(kind, self.pipeline.read(key), key)

    def bucket_keys(self) -> dict[str, str]:
        """Return the ETag of every object in the bucket, by key."""
        objects: dict[str, str] = {}
        for page in self.pipeline.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            objects |= {entry["Key"]: entry["ETag"].strip('"') for entry in page.get("Contents", ())}
        return objects
