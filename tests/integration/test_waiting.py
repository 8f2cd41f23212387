"""Airflow's processes are killed or restarted while a run waits for its job: the job goes on, and the run finds it."""

from __future__ import annotations

from dataclasses import dataclass

import psutil
import pytest

from local.stack import Stack
from tests.support.pipeline.faulty_run import FaultyRun, run_with_faults
from tests.support.pipeline.final_state import FinalState
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.process_kills import (
    halted_child,
    kill_task,
    kill_tree,
    kill_worker,
    skip_waiting_times,
)
from tests.support.pipeline.spoken_recordings import CLIPS, long_recording
from tests.support.pipeline.waiting import until

FILES = 3


@dataclass(frozen=True)
class Wait:
    """A run with a long job, and what happened to its task `transcribe` meanwhile."""

    job_id: str
    #: The attempt number of the task before the triggerer was killed, and after two more looks at the job.
    attempts_around_the_triggerer: tuple[int, int]
    #: The log of each attempt, from the first on.
    logs: list[str]
    #: The state of a second run while this run waited.
    second_while_waiting: str
    faulty_run: FaultyRun
    second: FinalState
    #: The run after its `transcribe` was cleared once more.
    cleared: FaultyRun


@pytest.fixture(scope="module")
def wait(stack: Stack) -> Wait:
    pipeline = Pipeline(stack)
    ui = pipeline.ui
    pipeline.clear()
    pipeline.upload_recordings({"0.wav": long_recording(), "1.wav": CLIPS[1], "2.wav": CLIPS[2]})
    pipeline.add_fault(kind="lose_answer", action="SubmitJob", times=1)
    run_id = ui.trigger()
    second_id = ui.trigger()
    job_id = pipeline.wait_for_job(run_id)["jobId"]

    def waits(attempt: int) -> None:
        until(f"attempt {attempt}", lambda: f"Job {job_id}" in ui.log(run_id, "transcribe", attempt))

    with halted_child(run_id):
        waits(1)
        kill_task(ui.wait_for_task(run_id, "transcribe", "running"))
        ui.wait_for_task(run_id, "transcribe", "up_for_retry")
        skip_waiting_times(stack)
        ui.wait_for_task(run_id, "transcribe", "running", attempt=2)
        waits(2)
        ui.clear(run_id, "transcribe")
        ui.wait_for_task(run_id, "transcribe", "running", attempt=3)
        waits(3)
        kill_worker(ui.task(run_id, "transcribe"))
        skip_waiting_times(stack)
        ui.wait_for_task(run_id, "transcribe", "up_for_retry", attempt=3)
        skip_waiting_times(stack)
        waiting = ui.wait_for_task(run_id, "transcribe", "running", attempt=4)
        waits(4)
        around = waiting["try_number"], _kill_triggerer(pipeline, run_id)
        second_while_waiting = ui.run_state(second_id)
    faulty_run = run_with_faults(pipeline, run_id)
    second = FinalState.read(pipeline, ui.wait(second_id))
    logs = [ui.log(run_id, "transcribe", attempt) for attempt in range(1, 5)]
    ui.clear(run_id, "transcribe")
    return Wait(job_id, around, logs, second_while_waiting, faulty_run, second, run_with_faults(pipeline, run_id))


def _kill_triggerer(pipeline: Pipeline, run_id: str) -> int:
    """Kill the triggerer, wait for two more looks at the job, and return the task's attempt number."""
    log = pipeline.stack.state / "logs" / "airflow-triggerer.log"
    triggerer = pipeline.stack.airflow.start_component("triggerer")
    until("the triggerer", lambda: log.exists() and "Starting the triggerer" in log.read_text())
    kill_tree(psutil.Process(triggerer.pid))
    triggerer.wait()
    looks = pipeline.calls()["batch"]["DescribeJobs"]
    until("more looks at the job", lambda: pipeline.calls()["batch"]["DescribeJobs"] > looks + 1)
    return int(pipeline.ui.task(run_id, "transcribe")["try_number"])


@pytest.mark.parametrize(
    ("attempt", "accident"), [(2, "its process was killed"), (3, "it was cleared"), (4, "its worker was lost")]
)
def test_a_task_that_starts_again_waits_for_the_same_job(wait: Wait, attempt: int, accident: str) -> None:
    assert f"Job {wait.job_id} exists already" in wait.logs[attempt - 1], accident
    wait.faulty_run.final.check(jobs=[FILES])


def test_a_lost_triggerer_is_not_noticed(wait: Wait) -> None:
    """No task defers, because Airflow can mark a resumed task failed although its job succeeded."""
    before, after = wait.attempts_around_the_triggerer
    assert before == after
    wait.faulty_run.final.check(jobs=[FILES])


def test_a_submission_whose_answer_is_lost_is_found_and_not_repeated(wait: Wait) -> None:
    """A repeated submission would pay for the audio twice."""
    assert wait.faulty_run.fired(kind="lose_answer") == [1]
    wait.faulty_run.final.check(jobs=[FILES])


def test_of_two_runs_triggered_at_once_the_second_waits_and_finds_nothing(wait: Wait) -> None:
    assert wait.second_while_waiting == "queued"
    assert set(wait.second.run.tasks.values()) == {"skipped"}
    wait.second.check()


def test_clearing_transcribe_after_success_starts_nothing(wait: Wait) -> None:
    wait.cleared.final.check(jobs=[FILES])
    assert set(wait.cleared.final.run.tasks.values()) == {"success"}
