"""One run with several independent faults, so that many tests can check the same run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.runs import Run
from tests.support.pipeline.final_state import FinalState
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.process_kills import skip_waiting_times


@dataclass(frozen=True)
class FaultyRun:
    """A run that has ended, and the faults that were active during the run."""

    #: The state after the run.
    final: FinalState
    #: The faults. The field `fired` of a fault says how often the fault happened.
    faults: list[dict[str, Any]]
    #: The log of the last attempt of each task that ran, by task id.
    logs: Mapping[str, str]
    #: The events of the transcripts' asset that the run emitted.
    events: list[dict[str, Any]]

    def fired(self, **fault: Any) -> list[int]:
        """Return how often each fault with the given fields happened. The list is empty if no fault has them."""
        return [known["fired"] for known in self.faults if fault.items() <= known.items()]


def run_with_faults(pipeline: Pipeline, run_id: str | None = None) -> FaultyRun:
    """Wait for the end of a run, end all faults, and return what happened.

    Args:
        pipeline: The pipeline, with the faults.
        run_id: The run; `None` starts a new run.
    """
    ui = pipeline.ui
    run = wait_for_end(pipeline, run_id or ui.trigger())
    logs = {}
    for name, state in run.tasks.items():
        if state in ("success", "failed"):
            logs[name] = ui.log(run.run_id, name, ui.task(run.run_id, name)["try_number"])
    return FaultyRun(FinalState.read(pipeline, run), pipeline.end_faults(), logs, ui.events(run.run_id))


def wait_for_end(pipeline: Pipeline, run_id: str) -> Run:
    """Wait for the end of a run, and return the run. Skip the pauses between two attempts of a task."""

    def skip_pauses(tasks: dict[str, str | None]) -> None:
        if "up_for_retry" in tasks.values():
            skip_waiting_times(pipeline.stack)

    return pipeline.ui.wait(run_id, skip_pauses)
