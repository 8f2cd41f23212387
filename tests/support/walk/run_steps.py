"""Steps of people who start, cancel, delete and repeat runs, or wait for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from local.airflow import DAG_ID
from tests.support.pipeline.airflow_ui import TASKS
from tests.support.walk.known_run import BACKFILL, TRIGGERED, WHOLE_RUN
from tests.support.walk.step import Missed, Step
from tests.support.walk.world import ENDED, World
from transcription.contract import keys

#: The values of the trigger form from which the walk chooses; most people choose nothing.
FORMS: tuple[dict[str, Any], ...] = ({}, {}, {}, {"max_files": 1}, {"prefix": "talk"}, {"dry_run": True})
#: The most runs that have not ended. Each of them has to end before the walk can.
_MOST_ACTIVE = 3


class Trigger(Step):
    """Press Trigger."""

    weight = 9

    def targets(self, world: World) -> Sequence[str]:
        return [json.dumps(form) for form in FORMS] if len(world.view.active) < _MOST_ACTIVE else []

    def take(self, world: World, target: str) -> None:
        form = json.loads(target)
        world.remember(world.ui.trigger(form), conf=form)


class RepeatRunId(Step):
    """Trigger a run with the id of a run that was deleted."""

    weight = 8

    def targets(self, world: World) -> Sequence[str]:
        if len(world.view.active) >= _MOST_ACTIVE:
            return []
        # Airflow keeps the names of backfills for backfills.
        return [run.run_id for run in world.runs.values() if run.is_deleted and run.kind != BACKFILL]

    def take(self, world: World, target: str) -> None:
        world.ui.trigger_with_id(target)
        world.runs[target].kind = TRIGGERED


class Backfill(Step):
    """Start a backfill of one day, or repeat the backfill of that day."""

    def targets(self, world: World) -> Sequence[str]:
        if any(world.runs[run_id].kind == BACKFILL for run_id in world.view.active):
            return []
        return ["2", "3", "4"]

    def take(self, world: World, target: str) -> None:
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        before = {run.run_id for run in world.runs.values() if run.kind == BACKFILL}
        # Airflow refuses this with 409 while it has not closed the last backfill yet.
        world.ui.start_backfill(today - timedelta(days=int(target)), reprocess=True)
        world.look()
        for run_id in before & set(world.view.active):  # Airflow cleared the run of that day
            world.runs[run_id].forget_interventions(TASKS)
            world.runs[run_id].jobs_allowed += 1


class DagsTest(Step):
    """Run `airflow dags test` on the machine of the scheduler. The scheduler executes the tasks of this run, too."""

    def targets(self, world: World) -> Sequence[str]:
        return [] if any(process.poll() is None for process in world.dags_tests) else ["now"]

    def take(self, world: World, target: str) -> None:
        log = world.stack.state / "logs" / f"dags-test-{len(world.dags_tests)}.log"
        world.dags_tests.append(world.stack.airflow.start_command("dags", "test", DAG_ID, log=log))


class Cancel(Step):
    """Mark a run as failed."""

    weight = 2

    def targets(self, world: World) -> Sequence[str]:
        return world.view.working

    def take(self, world: World, target: str) -> None:
        tasks = world.look().tasks(target)
        unfinished = [name for name, task in tasks.items() if task["state"] not in ("success", "skipped")]
        run = world.runs[target]
        run.intervene([*unfinished, WHOLE_RUN], "the run was marked as failed")
        world.ui.mark_run_failed(target)


class DeleteRun(Step):
    """Delete a run that does not work."""

    weight = 2

    def targets(self, world: World) -> Sequence[str]:
        return [run_id for run_id, state in world.view.states.items() if state != "running"]

    def take(self, world: World, target: str) -> None:
        # Airflow refuses this with 409 if the run has started meanwhile.
        world.ui.delete_run(target)
        world.runs[target].is_deleted = True


class LetTaskBegin(Step):
    """Wait until a task of a run has begun, so that the next steps meet the run there."""

    weight = 14
    #: The tasks for which the step waits.
    tasks: ClassVar[Sequence[str]] = TASKS

    def targets(self, world: World) -> Sequence[str]:
        waiting = (None, "scheduled", "queued", "up_for_retry", "up_for_reschedule", "restarting")
        return [
            f"{run_id} {name}"
            for run_id in world.view.working
            for name, task in world.view.tasks(run_id).items()
            if task["state"] in waiting and name in self.tasks
        ]

    def take(self, world: World, target: str) -> None:
        run_id, name = target.split()
        world.wait_until(
            f"the start of {name}",
            lambda view: (
                view.states.get(run_id) in (*ENDED, None)
                or view.tasks(run_id)[name]["state"] not in (None, "scheduled", "queued", "up_for_retry")
            ),
        )


class ReplaceMeanwhile(LetTaskBegin):
    """Wait until a task after `plan` has begun, and upload another recording with the name of one in the run's plan."""

    weight = 12
    tasks = ("transcribe", "verify_transcripts", "move_to_processed")

    def take(self, world: World, target: str) -> None:
        super().take(world, target)
        run_id, _ = target.split()
        planned = {item.key for item in world.planned(world.runs[run_id])}
        names = [name for name in world.view.waiting if keys.INPUT_FOLDER + name in planned]
        if not names:
            raise Missed("the run has no file in input/ any more")
        world.uploads.upload_speech(world.random.choice(names), world.random.randrange(100))


class LetRunEnd(Step):
    """Wait for the end of a run."""

    weight = 4

    def targets(self, world: World) -> Sequence[str]:
        return world.view.working

    def take(self, world: World, target: str) -> None:
        world.wait_until(f"the end of {target}", lambda view: view.states.get(target) in (*ENDED, None))
