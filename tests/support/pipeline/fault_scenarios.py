"""Nights on which much goes wrong at once, in ways that do not disturb each other: one run serves many tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.runs import Run
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.process_kills import pass_time
from tests.support.pipeline.run_checks import Aftermath


@dataclass(frozen=True)
class Night:
    """One run, and what went wrong during it."""

    aftermath: Aftermath
    #: Each with how often it `fired`.
    faults: list[dict[str, Any]]
    #: Of the last attempt of each task that ran.
    logs: Mapping[str, str]
    #: What those who follow the transcripts were told.
    events: list[dict[str, Any]]

    def fired(self, **fault: Any) -> list[int]:
        """How often each of the faults fired that are as described."""
        return [each["fired"] for each in self.faults if fault.items() <= each.items()]


def spend_night(pipeline: Pipeline, run_id: str | None = None) -> Night:
    """Wait for the end of a run, or of a new one where none is given, and then end all faults."""
    people = pipeline.people
    run = wait(pipeline, run_id or people.trigger())
    logs = {}
    for name, state in run.tasks.items():
        if state in ("success", "failed"):
            logs[name] = people.log(run.run_id, name, people.task(run.run_id, name)["try_number"])
    return Night(Aftermath.of(pipeline, run), pipeline.end_faults(), logs, people.events(run.run_id))


def wait(pipeline: Pipeline, run_id: str) -> Run:
    """Wait for the end of a run, but not for the pauses between two attempts of a task."""

    def seen(tasks: dict[str, str | None]) -> None:
        if "up_for_retry" in tasks.values():
            pass_time(pipeline.stack)

    return pipeline.people.wait(run_id, seen)
