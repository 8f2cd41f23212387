"""A random walk: steps of people, of AWS and of lost machines in an order that a seed decides."""

from __future__ import annotations

import time
from collections.abc import Sequence

import httpx

from local.errors import StackError
from tests.support.pipeline.pipeline import ENDED as JOB_ENDED
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.waiting import until
from tests.support.walk import aws_steps, process_steps, recording_steps, run_steps, task_steps
from tests.support.walk.aftermath import Aftermath
from tests.support.walk.step import Missed, Step
from tests.support.walk.world import LIMIT, World

STEPS: Sequence[Step] = (
    recording_steps.Upload(),
    recording_steps.Replace(),
    recording_steps.UploadAgain(),
    recording_steps.UploadNoise(),
    recording_steps.Delete(),
    run_steps.Trigger(),
    run_steps.RepeatRunId(),
    run_steps.Backfill(),
    run_steps.DagsTest(),
    run_steps.Cancel(),
    run_steps.DeleteRun(),
    run_steps.LetTaskBegin(),
    run_steps.ReplaceMeanwhile(),
    run_steps.LetRunEnd(),
    task_steps.Clear(),
    task_steps.ClearOne(),
    task_steps.MarkSuccess(),
    task_steps.MarkFailed(),
    process_steps.KillTask(),
    process_steps.KillWorker(),
    process_steps.KillScheduler(),
    process_steps.KillAtCall(),
    aws_steps.Throttle(),
    aws_steps.LoseAnswer(),
    aws_steps.ReclaimMachine(),
    aws_steps.HideImage(),
    aws_steps.RunOutOfMemory(),
    aws_steps.LackMachines(),
    aws_steps.DenyObject(),
    aws_steps.EndFaults(),
)
#: After this number of steps in a row that came too late, something is wrong with the stack or with the steps.
_MOST_MISSES = 20


class Walk:
    """A walk on a running stack. With the same seed it takes the same steps, as far as the stack behaves the same.

    Args:
        pipeline: The running pipeline, without objects and without runs that work. Its runs are deleted.
        seed: The seed of all choices.
        steps: The steps to draw from.
    """

    def __init__(self, pipeline: Pipeline, seed: int, steps: Sequence[Step] = STEPS) -> None:
        self._world = World(pipeline, seed)
        self._steps = steps
        self._began = time.monotonic()
        self._taken = 0

    def take(self, count: int) -> None:
        """Take `count` steps. A step that came too late does not count.

        Raises:
            AssertionError: Twenty steps in a row came too late, or a step waited for too long.
        """
        end, misses = self._taken + count, 0
        while self._taken < end:
            try:
                self._take_one()
            except (Missed, httpx.HTTPError, StackError) as error:
                misses += 1
                self._say(f"too late: {error!r}")
                if misses == _MOST_MISSES:
                    raise AssertionError(f"{misses} steps in a row came too late") from error
            else:
                misses = 0

    def _take_one(self) -> None:
        world = self._world
        world.look()
        targets = {step: step.targets(world) for step in self._steps}
        possible = [step for step in self._steps if targets[step]]
        (step,) = world.random.choices(possible, [step.weight for step in possible])
        target = world.random.choice(targets[step])
        self._say(f"step {self._taken + 1}: {step.name} {target}")
        step.take(world, target)
        self._taken += 1

    def end(self) -> list[str]:
        """End all faults, wait for all runs, and let a last run take what is left. The walk may go on afterwards.

        Returns:
            What is not as the steps allow, a sentence for each violation.

        Raises:
            AssertionError: A run or a job does not end.
        """
        world = self._world
        world.end_faults()
        for process in world.dags_tests:
            world.wait_until("the end of airflow dags test", lambda _, process=process: process.poll() is not None)
        world.wait_until("the end of all runs", lambda view: not view.active)
        last = until("a last run", self._trigger, limit=LIMIT)
        world.remember(last)
        world.wait_until("the end of the last run", lambda view: not view.active)
        world.wait_until(
            "the end of all jobs", lambda _: all(job["status"] in JOB_ENDED for job in world.pipeline.jobs())
        )
        violations = Aftermath.read(world).violations()
        if world.view.states[last] != "success":
            violations.append(f"The last run, {last}, met no fault and is {world.view.states[last]}")
        self._say(f"after {self._taken} steps and {len(world.runs)} runs: {violations or 'all is right'}")
        return violations

    def _trigger(self) -> str | None:
        """Return the id of a new run, or `None` if Airflow is too busy to start one."""
        try:
            return self._world.ui.trigger()
        except (StackError, httpx.HTTPError) as error:
            self._say(f"no new run: {error!r}")
            return None

    def _say(self, line: str) -> None:
        print(f"[{time.monotonic() - self._began:5.0f} s] {line}", flush=True)
