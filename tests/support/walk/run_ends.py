"""The check of how each run has ended: green only if all its work is done, and red only for a reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tests.support.walk.bucket_history import BucketHistory
from tests.support.walk.known_run import BACKFILL, DAGS_TEST, KnownRun
from tests.support.walk.world import ENDED, World
from transcription.contract import keys, result
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import DONE_BEFORE, MISSING

_RED = ("failed", "upstream_failed")
#: The copy that proves an outcome, by the outcome's status.
_COPIES = {
    result.TRANSCRIBED: keys.processed,
    DONE_BEFORE: keys.processed,
    result.FAILED: keys.failed,
}

#: The statuses that a report counts.
_STATUSES = (*_COPIES, result.LEFT, MISSING)


class RunEnds:
    """The ends of all runs that Airflow knows.

    Args:
        world: What the walk knows of the runs.
        history: What became of the recordings.
    """

    def __init__(self, world: World, history: BucketHistory) -> None:
        self._world, self._history = world, history

    def violations(self) -> Iterator[str]:
        """Yield a sentence for each run that has ended in another way than it should."""
        for run_id, state in self._world.look().states.items():
            run = self._world.runs[run_id]
            tasks = self._world.view.tasks(run_id)
            if state not in ENDED:
                yield f"{run_id} has not ended"
            elif run.kind == DAGS_TEST and (state == "failed" or tasks["report"]["state"] != "success"):
                continue  # the scheduler executes the tasks of such a run too, and either of the two fails
            elif state == "success":
                yield from (f"{run_id} is falsely green: {reason}" for reason in self._falsely_green(run, tasks))
            elif not self._is_explained(run, tasks):
                states = {name: task["state"] for name, task in tasks.items()}
                yield f"{run_id} is red without a reason that the walk knows: {states}\n{self._logs(run, tasks)}"

    def _falsely_green(self, run: KnownRun, tasks: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
        if run.interventions:  # somebody said that tasks were done which were not
            return
        states = {name: task["state"] for name, task in tasks.items()}
        unfinished = {name: state for name, state in states.items() if state not in ("success", "skipped")}
        if unfinished and run.kind != DAGS_TEST:
            yield f"its tasks are {unfinished}"
            return
        for name in ("wait_for_audio", "plan"):
            if states[name] == "skipped":
                task = tasks[name] if name == "wait_for_audio" or states["wait_for_audio"] == "success" else None
                if task and (waiting := self._audio_during(run, task)):
                    yield f"{name} found no audio, but {waiting} waited"
                return
        if run.kind == BACKFILL:
            yield "it is a backfill, and made a plan"
        if not run.conf.get("dry_run"):
            yield from self._wrong_report(run)
            yield from self._overlooked(run, tasks["plan"])

    def _audio_during(self, run: KnownRun, task: Mapping[str, Any]) -> list[str]:
        """Return the audio that was there all the time during the last attempt of a task.

        Two processes execute the tasks of `airflow dags test`, so that the times of a task may be those of either.
        """
        if run.kind == DAGS_TEST:
            return []
        start, end = (datetime.fromisoformat(task[name]) for name in ("start_date", "end_date"))
        return self._history.audio_during(start, end, run.conf.get("prefix", ""))

    def _wrong_report(self, run: KnownRun) -> Iterator[str]:
        """Compare the report of a green run with the manifest and with what became of each file."""
        name = self._world.newest_records(run)
        report = name and self._world.pipeline.find(RunKeys(name).report)
        if not report:
            yield "it has no report"
            return
        # One page has 1,000 files, more than any run of a walk.
        outcomes = json.loads(self._world.pipeline.read(RunKeys(name).moves(0)))["files"]
        counts = Counter(outcome["status"] for outcome in outcomes)
        figures = {status: json.loads(report)[status] for status in _STATUSES}
        if figures != {status: counts[status] for status in _STATUSES}:
            yield f"its report counts {figures}, and its files are {dict(counts)}"
        planned = sorted((item.key, item.etag) for item in self._world.planned(run))
        reported = sorted((outcome["item"]["key"], outcome["item"]["etag"]) for outcome in outcomes)
        if planned != reported:
            yield f"it planned {planned} and reports {reported}"
        for outcome in outcomes:
            key, etag, status = outcome["item"]["key"], outcome["item"]["etag"], outcome["status"]
            if status == MISSING:
                yield f"it reports {key!r} as missing"
            elif status == result.LEFT:
                if not self._history.successors(key, etag):
                    yield f"it left {key!r}, which nobody has changed"
            elif not self._history.has(_COPIES[status](key), etag):
                yield f"it reports {key!r} with the ETag {etag} as {status}, but did not move it"

    def _overlooked(self, run: KnownRun, plan: Mapping[str, Any]) -> Iterator[str]:
        """Check that a run took all audio that was there while it planned. A later attempt keeps the first plan."""
        if run.was_cleared or plan["try_number"] > 1 or run.conf.get("max_files"):
            return
        planned = {item.key for item in self._world.planned(run)}
        if overlooked := set(self._audio_during(run, plan)) - planned:
            yield f"its plan overlooked {sorted(overlooked)}"

    def _is_explained(self, run: KnownRun, tasks: Mapping[str, Mapping[str, Any]]) -> bool:
        """Return whether people turned a run red, or its logs name a fault that the walk caused, or another run."""
        if run.interventions:
            return True
        logs = self._logs(run, tasks)
        if run.kind == BACKFILL and "OPTION_INVALID" in logs:  # a backfill that finds audio is refused
            return True
        if "RUN_BUSY" in logs:
            owners = [owner for owner in self._world.runs.values() if owner is not run and owner.run_id in logs]
            # Airflow lets one triggered run work at a time, so these never meet.
            return any(DAGS_TEST in (run.kind, owner.kind) or run.kind != owner.kind for owner in owners)
        return any(explanation.words in logs for explanation in self._world.explanations)

    def _logs(self, run: KnownRun, tasks: Mapping[str, Mapping[str, Any]]) -> str:
        """Return the logs of the last attempts of a run's red tasks."""
        red = [name for name, task in tasks.items() if task["state"] in _RED and task["try_number"]]
        return "\n".join(self._world.ui.log(run.run_id, name, tasks[name]["try_number"]) for name in red)
