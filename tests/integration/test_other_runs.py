"""Runs that Airflow does not hold back: only one works. And runs that are cleared, or repeated with the same id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from subprocess import CompletedProcess

import psutil
import pytest

from local.airflow import DAG_ID
from local.runs import Run
from local.stack import Stack
from tests.support.pipeline.faulty_run import FaultyRun, run_with_faults, wait_for_end
from tests.support.pipeline.final_state import FinalState
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.process_kills import (
    deliver_again,
    forget_heartbeats,
    halted_child,
    skip_retry_delays,
    skip_waiting_times,
)
from tests.support.pipeline.spoken_recordings import CLIPS, long_recording
from tests.support.pipeline.waiting import until
from transcription.contract import keys
from transcription.contract.run_keys import RunKeys, run_name

#: The id of a run that is deleted and triggered again.
FIXED = "nightly-import"
LONG, SHORT, SECOND, THIRD, FOURTH = "0-long.wav", "1.wav", "2.wav", "3.wav", "4.wav"
Command = CompletedProcess[str]


@dataclass(frozen=True)
class Story:
    """What people did beside a run that waited for its job, and what became of that run."""

    #: The commands that started a run, or a task of one, while the run worked.
    dags_test: Command
    dags_test_log: str
    tasks_test: Command
    backfill: Run
    backfill_log: str
    #: The record of the lease, and the ids of the active jobs, before and after all that.
    before: tuple[bytes, list[str]]
    after: tuple[bytes, list[str]]
    #: The output of the worker that executed `transcribe` while the first attempt worked.
    second_worker: str
    #: The log of the second attempt of `transcribe`, which Airflow ordered because of the second worker's error.
    attempt_after_redelivery: str
    #: The log of the third attempt, after Airflow answered 404 to the heartbeats of the second.
    attempt_after_404: str
    first: FaultyRun
    first_records: Mapping[str, bytes]


def records_of(pipeline: Pipeline, run: str) -> dict[str, bytes]:
    """Return the contents of all records of a run, given by its name."""
    return {key: pipeline.read(key) for key in pipeline.keys(RunKeys(run).prefix)}


def _lease_and_jobs(pipeline: Pipeline) -> tuple[bytes, list[str]]:
    active = [job["jobId"] for job in pipeline.jobs() if job["status"] not in ("SUCCEEDED", "FAILED")]
    return pipeline.read(keys.LEASE), active


def _test_dag(pipeline: Pipeline) -> tuple[Command, str]:
    """Run `airflow dags test`. Return the command, and what it printed with the log of the task `plan` of its run.

    The scheduler executes tasks of this run, too, and such a task writes only its log. If both start `wait_for_audio`
    at the same moment, Airflow may fail this task, and `plan` does not run. If both change the run at the same moment,
    PostgreSQL may end the transaction of the command. Then the command is repeated.
    """
    ui = pipeline.ui

    def reach_plan() -> tuple[Command, str] | None:
        command = pipeline.stack.airflow.command("dags", "test", DAG_ID)
        printed = command.stdout + command.stderr
        if "deadlock detected" in printed:
            return None
        run_id = re.findall(r"run_id=([^,\s]+)", printed)[-1]
        plan = ui.task(run_id, "plan")
        return (
            None
            if plan["state"] == "upstream_failed"
            else (command, printed + ui.log(run_id, "plan", plan["try_number"]))
        )

    return until("the task plan of airflow dags test", reach_plan, limit=300)


def _backfill(pipeline: Pipeline) -> Run:
    """Backfill a day on which no run was, and return the run of that day when it has ended."""
    pipeline.ui.start_backfill(datetime(2026, 1, 5, tzinfo=UTC), reprocess=False)
    run_id = until(
        "the run of the backfill",
        lambda: next((name for name in pipeline.ui.active_runs() if name.startswith("backfill")), None),
    )
    return pipeline.ui.wait(run_id)


@pytest.fixture(scope="module")
def story(stack: Stack) -> Story:
    pipeline = Pipeline(stack)
    ui = pipeline.ui
    pipeline.clear()
    pipeline.upload_recordings({LONG: long_recording(), SHORT: CLIPS[1]})
    ui.trigger_with_id(FIXED)
    job_id = pipeline.wait_for_job(FIXED)["jobId"]
    airflow = stack.airflow

    def waits(attempt: int) -> None:
        until(f"attempt {attempt}", lambda: f"Job {job_id}" in ui.log(FIXED, "transcribe", attempt))

    with halted_child(FIXED):
        waits(1)
        before = _lease_and_jobs(pipeline)
        backfill = _backfill(pipeline)
        backfill_log = ui.log(backfill.run_id, "plan")
        # A run that starts on an older day than the DAG's time limit allows is ended by the scheduler at once.
        dags_test, dags_test_log = _test_dag(pipeline)
        tasks_test = airflow.command("tasks", "test", DAG_ID, "plan", f"{datetime.now(UTC):%Y-%m-%d}")
        after = _lease_and_jobs(pipeline)

        # The second attempt begins while the process of the first one still works.
        second_worker = deliver_again(stack, ui.task(FIXED, "transcribe"))
        ui.wait_for_task(FIXED, "transcribe", "up_for_retry")
        skip_retry_delays(stack)
        task = ui.wait_for_task(FIXED, "transcribe", "running", attempt=2)
        waits(2)

        process = psutil.Process(task["pid"])
        forget_heartbeats(stack, task)
        until("the end of the process", lambda: not process.is_running())
        skip_waiting_times(stack)
        ui.wait_for_task(FIXED, "transcribe", "up_for_retry")
        skip_waiting_times(stack)
        ui.wait_for_task(FIXED, "transcribe", "running", attempt=3)
        waits(3)
        attempts = [ui.log(FIXED, "transcribe", attempt) for attempt in (2, 3)]
    first = run_with_faults(pipeline, FIXED)
    return Story(
        dags_test=dags_test,
        dags_test_log=dags_test_log,
        tasks_test=tasks_test,
        backfill=backfill,
        backfill_log=backfill_log,
        before=before,
        after=after,
        second_worker=second_worker,
        attempt_after_redelivery=attempts[0],
        attempt_after_404=attempts[1],
        first=first,
        first_records=records_of(pipeline, run_name(FIXED)),
    )


def test_a_backfill_beside_a_run_is_refused(story: Story) -> None:
    assert (story.backfill.state, story.backfill.tasks["plan"]) == ("failed", "failed")
    assert "OPTION_INVALID" in story.backfill_log
    story.first.final.check(jobs=[2])


def test_a_test_of_the_dag_beside_a_run_is_refused_and_names_that_run(story: Story) -> None:
    assert "DagRun failed" in story.dags_test.stdout + story.dags_test.stderr
    assert "[RUN_BUSY] Since " in story.dags_test_log, story.dags_test_log[-3000:]
    assert f"the run '{FIXED}' of {DAG_ID} works on this bucket" in story.dags_test_log
    story.first.final.check(jobs=[2])


def test_a_test_of_the_task_plan_beside_a_run_is_refused(story: Story) -> None:
    assert "[RUN_BUSY]" in story.tasks_test.stdout + story.tasks_test.stderr
    story.first.final.check(jobs=[2])


def test_who_is_refused_has_changed_nothing(story: Story) -> None:
    """Before, `airflow dags test` ended the job of the run that works."""
    assert story.after == story.before
    assert len(story.before[1]) == 1


def test_a_task_that_is_delivered_again_while_it_works_has_one_job(story: Story) -> None:
    assert "is already running" in story.second_worker
    (job,) = story.first.final.jobs
    assert f"Job {job['jobId']} exists already" in story.attempt_after_redelivery
    story.first.final.check(jobs=[2])


def test_a_task_whose_heartbeats_get_404_is_retried_and_finds_its_job(story: Story) -> None:
    (job,) = story.first.final.jobs
    assert f"Job {job['jobId']} exists already" in story.attempt_after_404
    story.first.final.check(jobs=[2])


@dataclass(frozen=True)
class Repeated:
    """The run after the one that was deleted, with the same id. Then it is cleared while new audio waits."""

    final: FinalState
    events: int
    old_records: Mapping[str, bytes]
    cleared: Run
    cleared_log: str
    events_after_clearing: int


@pytest.fixture(scope="module")
def repeated(stack: Stack, story: Story) -> Repeated:
    pipeline = Pipeline(stack)
    pipeline.uploads.update({name: list(uploads) for name, uploads in story.first.final.uploads.items()})
    ui = pipeline.ui
    ui.delete_run(FIXED)
    pipeline.upload_recordings({SECOND: CLIPS[2]})
    ui.trigger_with_id(FIXED)
    final = FinalState.read(pipeline, ui.wait(FIXED), generation=2)
    events = len(ui.events(FIXED))
    pipeline.upload_recordings({THIRD: CLIPS[3]})
    ui.clear(FIXED, "plan")
    cleared = ui.wait(FIXED)
    log = ui.log(FIXED, "plan", ui.task(FIXED, "plan")["try_number"])
    return Repeated(final, events, records_of(pipeline, run_name(FIXED)), cleared, log, len(ui.events(FIXED)))


def test_a_repeated_run_id_takes_the_new_audio(repeated: Repeated) -> None:
    repeated.final.check(jobs=[1])
    assert repeated.final.report is not None
    assert repeated.final.report["transcribed"] == 1


def test_the_records_of_the_deleted_run_stay_as_they_are(story: Story, repeated: Repeated) -> None:
    assert repeated.old_records == story.first_records


def test_a_cleared_run_says_what_waits_and_is_not_announced_again(repeated: Repeated) -> None:
    assert set(repeated.cleared.tasks.values()) == {"success"}
    assert "1 files in input/ are not in it" in repeated.cleared_log
    assert repeated.events_after_clearing == repeated.events


@pytest.fixture
def red_plan(pipeline: Pipeline) -> FinalState:
    """The state after a run whose form names a model that does not exist."""
    pipeline.upload_recordings({SHORT: CLIPS[1]})
    return FinalState.read(pipeline, pipeline.run({"model": "nowhere"}))


def test_a_red_plan_is_the_only_red_task(red_plan: FinalState) -> None:
    red_plan.check("failed", left=[SHORT])
    states = red_plan.run.tasks
    assert [name for name, state in states.items() if state == "failed"] == ["plan"]
    assert (states["transcribe"], states["verify_transcripts"], states["report"]) == (
        *("upstream_failed", "skipped", "upstream_failed"),
    )
    assert keys.LEASE not in red_plan.objects


def test_a_red_run_that_is_cleared_after_a_newer_one_took_its_file_submits_nothing(
    pipeline: Pipeline, stack: Stack
) -> None:
    pipeline.upload_recordings({FOURTH: CLIPS[4]})
    ui = pipeline.ui
    red = ui.trigger()
    with halted_child(red):
        ui.wait_for_task(red, "transcribe", "running")
        ui.mark_run_failed(red)
        pipeline.wait_for_termination(red)
    ui.wait(red)
    FinalState.read(pipeline, pipeline.run()).check(jobs=[1])
    ui.clear(red, "transcribe")
    final = FinalState.read(pipeline, wait_for_end(pipeline, red))
    final.check(jobs=[1])
    assert final.report is not None
    assert (final.report["left"], final.report["transcribed"]) == (1, 0)
