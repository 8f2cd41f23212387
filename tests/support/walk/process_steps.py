"""Steps that end processes of Airflow without a warning, as the loss of a machine or the kernel does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psutil

from tests.support.pipeline.process_kills import kill_scheduler, kill_task, kill_worker, lose_heartbeats
from tests.support.walk.known_run import DAGS_TEST
from tests.support.walk.step import Missed, Step
from tests.support.walk.world import World

#: The most kills in one run. Each task has two retries, so that no run may fail by this number of kills.
_MOST_KILLS = 2
#: Calls to AWS that only tasks make. A kill at another call could end the walk itself.
_CALLS = ("SubmitJob", "COPY processed/", "COPY failed/", "POST ?delete", "PUT runs/")


def _may_kill(world: World, run_id: str) -> bool:
    """Return whether a run survives another kill.

    Nobody restarts the process of `airflow dags test`, which executes its tasks itself.
    """
    run = world.runs[run_id]
    return run.kind != DAGS_TEST and run.kills.total() < _MOST_KILLS


class KillTask(Step):
    """Kill the process of a task, as the kernel does when memory is short."""

    weight = 5

    def targets(self, world: World) -> Sequence[str]:
        return [
            f"{task['dag_run_id']} {task['task_id']}"
            for task in world.view.running_tasks()
            if _may_kill(world, task["dag_run_id"])
        ]

    def take(self, world: World, target: str) -> None:
        run_id, name = target.split()
        task = world.look().tasks(run_id)[name]
        if task["state"] != "running" or not task["pid"]:
            raise Missed(f"{name} is {task['state']}")
        try:
            self._kill(world, task)
        except (psutil.NoSuchProcess, AssertionError) as error:
            raise Missed(f"{name} has ended") from error
        world.runs[run_id].kills[name] += 1

    def _kill(self, world: World, task: dict[str, Any]) -> None:
        kill_task(task)


class KillWorker(KillTask):
    """Kill the process of a task and its worker, as the loss of a machine does."""

    weight = 4

    def _kill(self, world: World, task: dict[str, Any]) -> None:
        kill_worker(task)
        lose_heartbeats(world.stack, task)


class KillScheduler(Step):
    """Kill the scheduler, alone or with its workers, and start another one."""

    def targets(self, world: World) -> Sequence[str]:
        active = world.view.active
        return ["alone", "with its workers"] if active and all(_may_kill(world, run_id) for run_id in active) else []

    def take(self, world: World, target: str) -> None:
        for run_id in world.view.active:
            world.runs[run_id].kills["any task"] += 1
        world.orphans += kill_scheduler(world.stack, with_workers=target == "with its workers")


class KillAtCall(Step):
    """Let the next process that makes a certain call to AWS be killed, before or after AWS has carried out the call."""

    weight = 3

    def targets(self, world: World) -> Sequence[str]:
        is_ordered = any(fault["kind"] == "kill" for fault in world.view.faults)
        if is_ordered or any(process.poll() is None for process in world.dags_tests):
            return []
        if not all(_may_kill(world, run_id) for run_id in world.view.active):
            return []
        return [f"{moment} {call}" for call in _CALLS for moment in ("before", "after")]

    def take(self, world: World, target: str) -> None:
        moment, _, call = target.partition(" ")
        for run_id in world.view.active:
            world.runs[run_id].kills["any task"] += 1
        world.pipeline.add_fault(kind="kill", action=call, at_request=1, after=moment == "after")
