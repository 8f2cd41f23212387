"""Steps of people who set the states of tasks."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.pipeline.airflow_ui import TASKS
from tests.support.pipeline.pipeline import Pipeline
from tests.support.walk.known_run import DAGS_TEST, with_downstream
from tests.support.walk.step import Step
from tests.support.walk.world import World

#: How many of the newest runs people care for.
_NEWEST = 6


def _tasks(world: World) -> list[str]:
    """Return the tasks of the newest runs as `{run id} {task}`."""
    newest = [run_id for run_id in world.view.states if world.runs[run_id].kind != DAGS_TEST][:_NEWEST]
    return [f"{run_id} {task}" for run_id in newest for task in TASKS]


class Clear(Step):
    """Clear a task and all later tasks."""

    weight = 4
    downstream = True

    def targets(self, world: World) -> Sequence[str]:
        return _tasks(world)

    def take(self, world: World, target: str) -> None:
        run_id, task = target.split()
        run = world.runs[run_id]
        cleared = with_downstream(task) if self.downstream else (task,)
        was_ended = "transcribe" in run.interventions or _has_failed_job(world.pipeline, run_id)
        world.ui.clear(run_id, task, downstream=self.downstream)
        if "transcribe" in cleared and (was_ended or _has_failed_job(world.pipeline, run_id)):
            run.jobs_allowed += 1
        run.forget_interventions(cleared)


class ClearOne(Clear):
    """Clear a task without the later tasks."""

    weight = 2
    downstream = False


class MarkSuccess(Step):
    """Mark a task as successful."""

    state = "success"

    def targets(self, world: World) -> Sequence[str]:
        return _tasks(world)

    def take(self, world: World, target: str) -> None:
        run_id, task = target.split()
        # Airflow refuses this with 409 if the task has that state already.
        world.ui.mark_task(run_id, task, self.state)
        world.runs[run_id].intervene([task], f"{task} was marked as {self.state}")


class MarkFailed(MarkSuccess):
    """Mark a task as failed."""

    state = "failed"


def _has_failed_job(pipeline: Pipeline, run_id: str) -> bool:
    """Return whether the newest job of a run has failed or was ended. Only then may another job follow."""
    jobs = pipeline.jobs(run_id)
    if not jobs:
        return False
    (job,) = pipeline.batch.describe_jobs(jobs=[jobs[-1]["jobId"]])["jobs"]
    return job["status"] == "FAILED" or bool(job.get("isTerminated") or job.get("isCancelled"))
