"""Whatever happens to Airflow while a run waits for its job: the job goes on, and the run finds it again."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from local.stack import Stack
from tests.support.pipeline.fault_scenarios import Night, spend_night
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.process_kills import halted_child, kill_task, kill_worker, pass_time
from tests.support.pipeline.run_checks import Aftermath
from tests.support.pipeline.spoken_recordings import CLIPS, long_recording
from tests.support.pipeline.waiting import until

FILES = 3


@dataclass(frozen=True)
class Wait:
    """A run whose job takes its time, and what its task did meanwhile."""

    job_id: str
    #: How many attempts the task had made when the triggerer was killed, and some looks later.
    attempts_around_the_triggerer: tuple[int, int]
    #: By attempt, from 1.
    logs: list[str]
    #: Of the run that was triggered while this one waited, as long as it did.
    second_while_waiting: str
    night: Night
    second: Aftermath
    #: After `transcribe` of the run was cleared once more.
    cleared: Night


@pytest.fixture(scope="module")
def wait(stack: Stack) -> Wait:
    pipeline = Pipeline(stack)
    people = pipeline.people
    pipeline.clear()
    pipeline.give({"0.wav": long_recording(), "1.wav": CLIPS[1], "2.wav": CLIPS[2]})
    pipeline.add_fault(kind="lose_answer", action="SubmitJob", times=1)
    run_id = people.trigger()
    second_id = people.trigger()
    job_id = pipeline.wait_for_job(run_id)["jobId"]

    def waits(attempt: int) -> None:
        until(f"attempt {attempt}", lambda: f"Job {job_id}" in people.log(run_id, "transcribe", attempt))

    with halted_child(run_id):
        waits(1)
        kill_task(people.wait_for_task(run_id, "transcribe", "running"))
        people.wait_for_task(run_id, "transcribe", "up_for_retry")
        pass_time(stack)
        people.wait_for_task(run_id, "transcribe", "running", attempt=2)
        waits(2)
        people.clear(run_id, "transcribe")
        people.wait_for_task(run_id, "transcribe", "running", attempt=3)
        waits(3)
        kill_worker(people.task(run_id, "transcribe"))
        pass_time(stack)
        people.wait_for_task(run_id, "transcribe", "up_for_retry", attempt=3)
        pass_time(stack)
        waiting = people.wait_for_task(run_id, "transcribe", "running", attempt=4)
        waits(4)
        around = waiting["try_number"], _kill_triggerer(pipeline, run_id)
        second_while_waiting = people.run_state(second_id)
    night = spend_night(pipeline, run_id)
    second = Aftermath.of(pipeline, people.wait(second_id))
    logs = [people.log(run_id, "transcribe", attempt) for attempt in range(1, 5)]
    people.clear(run_id, "transcribe")
    return Wait(job_id, around, logs, second_while_waiting, night, second, spend_night(pipeline, run_id))


def _kill_triggerer(pipeline: Pipeline, run_id: str) -> int:
    """Kill the triggerer; the attempt number of the task after it has looked at its job once more."""
    log = pipeline.stack.state / "logs" / "airflow-triggerer.log"
    triggerer = pipeline.stack.airflow.start_component("triggerer")
    until("the triggerer", lambda: log.exists() and "Starting the triggerer" in log.read_text())
    triggerer.kill()
    triggerer.wait()
    looks = pipeline.calls()["batch"]["DescribeJobs"]
    until("more looks at the job", lambda: pipeline.calls()["batch"]["DescribeJobs"] > looks + 1)
    return int(pipeline.people.task(run_id, "transcribe")["try_number"])


@pytest.mark.parametrize(
    ("attempt", "accident"), [(2, "its process was killed"), (3, "it was cleared"), (4, "its worker was lost")]
)
def test_a_task_that_starts_again_waits_for_the_same_job(wait: Wait, attempt: int, accident: str) -> None:
    assert f"Job {wait.job_id} exists already" in wait.logs[attempt - 1], accident
    wait.night.aftermath.check(jobs=[FILES])


def test_a_lost_triggerer_is_not_noticed(wait: Wait) -> None:
    """Nothing in the DAG defers: what resumes from that can be marked failed although its job succeeded."""
    before, after = wait.attempts_around_the_triggerer
    assert before == after
    wait.night.aftermath.check(jobs=[FILES])


def test_a_submission_whose_answer_is_lost_is_found_and_not_repeated(wait: Wait) -> None:
    """The audio would be paid for twice."""
    assert wait.night.fired(kind="lose_answer") == [1]
    wait.night.aftermath.check(jobs=[FILES])


def test_of_two_runs_triggered_at_once_the_second_waits_and_finds_nothing(wait: Wait) -> None:
    assert wait.second_while_waiting == "queued"
    assert set(wait.second.run.tasks.values()) == {"skipped"}
    wait.second.check()


def test_clearing_transcribe_after_success_starts_nothing(wait: Wait) -> None:
    wait.cleared.aftermath.check(jobs=[FILES])
    assert set(wait.cleared.aftermath.run.tasks.values()) == {"success"}
