"""The claim to submit a job: of two processes that submit at the same time, one job counts, whatever their order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, TaskInstance, make_context, waits_for
from tests.support.dags.bucket_objects import RUN
from tests.support.dags.transcribe_task import FAILS, JOB_NAME, job_record, make_task, submitted
from transcription.contract.manifest import Plan
from transcription.contract.run_keys import RunKeys
from transcription.shared import batch_job
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.job_record import Job
from transcription.transcribe import job_claim
from transcription.transcribe.job_claim import JobClaim
from transcription.transcribe.run_jobs import RunJobs

KEY = RunKeys(RUN).job
NO_JOB = Job(RUN, "", JOB_NAME, jobs=0)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll the record every 20 ms."""
    monkeypatch.setattr(job_claim, "_POLL_SECONDS", 0.02)


def jobs_of(deployment: AirflowDeployment, plan: Plan, attempt: str = "attempt") -> RunJobs:
    return RunJobs(BatchQueue(deployment.queue.queue), deployment.bucket, plan, deployment.settings, attempt)


def while_submitting(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object], *, first: bool) -> None:
    """Call `action` once, right before or right after the next submission of a job."""
    submit = BatchQueue.submit

    def interrupted(queue: BatchQueue, *arguments: Any) -> str:
        monkeypatch.setattr(BatchQueue, "submit", submit)
        if first:
            action()
        job_id = submit(queue, *arguments)
        if not first:
            action()
        return job_id

    monkeypatch.setattr(BatchQueue, "submit", interrupted)


def test_two_processes_of_one_attempt_submit_one_job(deployment: AirflowDeployment, plan: Plan) -> None:
    definition, start = deployment.define("pass"), Barrier(2)

    def submit(_: int) -> str | None:
        jobs = jobs_of(deployment, plan)
        start.wait()
        return jobs.submit(definition)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(submit, range(2))
    assert first == second
    assert submitted(deployment) == [first]
    assert job_record(deployment) == Job(RUN, first or "", JOB_NAME, draft=plan.draft)


def test_a_task_that_is_started_twice_has_one_job(
    deployment: AirflowDeployment, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second process starts when the first one has found no job and is about to submit one."""
    deployment.define("pass")
    with ThreadPoolExecutor(1) as pool:
        second: list[Any] = []
        while_submitting(
            monkeypatch,
            lambda: second.append(pool.submit(make_task(deployment).execute, make_context(TaskInstance()))),
            first=True,
        )
        first = make_task(deployment).execute(make_context(TaskInstance()))
        assert second[0].result() == first
    assert submitted(deployment) == [first]


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_a_process_that_lost_its_claim_ends_its_own_job(
    deployment: AirflowDeployment, plan: Plan, gate: Path, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    """It was too slow, and a later attempt took the claim before or after the job was submitted."""
    definition = deployment.define(waits_for(gate))
    later: list[str] = []

    def take_over() -> None:
        job_id = jobs_of(deployment, plan, "later").submit(definition)
        later.append(job_id or "")

    while_submitting(monkeypatch, take_over, first=first)
    assert jobs_of(deployment, plan, "earlier").submit(definition) == later[0]
    assert job_record(deployment).job_id == later[0]
    others = [job_id for job_id in submitted(deployment) if job_id != later[0]]
    reasons = [deployment.queue.ends(job_id)["statusReason"] for job_id in others]
    assert set(reasons) <= {"Another process of the task submitted a job at the same time"}
    newest = jobs_of(deployment, plan).newest()
    assert newest
    assert (newest["jobId"], batch_job.is_ending(newest)) == (later[0], False)
    gate.touch()
    assert deployment.queue.ends(later[0])["status"] == batch_job.JOB_SUCCEEDED


def test_a_process_that_died_before_its_submission_blocks_no_later_attempt(
    deployment: AirflowDeployment, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_claim, "TWIN_SECONDS", 3600.0)
    assert JobClaim(deployment.bucket, KEY, "dead").take(NO_JOB) is None
    job_id = jobs_of(deployment, plan, "later").submit(deployment.define("pass"))
    assert job_record(deployment) == Job(RUN, job_id or "", JOB_NAME, draft=plan.draft)


def test_a_process_of_the_same_attempt_that_does_not_submit_is_awaited_for_a_minute(
    deployment: AirflowDeployment, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_claim, "TWIN_SECONDS", 0.1)
    assert JobClaim(deployment.bucket, KEY, "attempt").take(NO_JOB) is None
    job_id = jobs_of(deployment, plan).submit(deployment.define("pass"))
    assert submitted(deployment) == [job_id]


def test_a_process_of_the_same_attempt_that_submits_is_awaited(
    deployment: AirflowDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second process waits without a claim of its own, and then knows the job of the first."""
    monkeypatch.setattr(job_claim, "TWIN_SECONDS", 3600.0)
    first, job = JobClaim(deployment.bucket, KEY, "attempt"), Job(RUN, "job-1", JOB_NAME)
    assert first.take(NO_JOB) is None
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        assert first.settle(job)

    monkeypatch.setattr(job_claim.time, "sleep", pause)
    assert JobClaim(deployment.bucket, KEY, "attempt").take(NO_JOB) == job
    assert len(pauses) == 1


def test_a_process_that_comes_later_takes_no_claim_but_the_job(deployment: AirflowDeployment) -> None:
    first, job = JobClaim(deployment.bucket, KEY, "attempt"), Job(RUN, "job-1", JOB_NAME)
    assert first.take(NO_JOB) is None
    assert first.settle(job)
    assert JobClaim(deployment.bucket, KEY, "later").take(NO_JOB) == job


def test_the_record_of_a_job_counts_although_the_answer_to_its_write_was_lost(deployment: AirflowDeployment) -> None:
    """botocore repeats the write, and S3 answers that the object changed. The job must not be ended."""
    claim, job = JobClaim(deployment.bucket, KEY, "attempt"), Job(RUN, "job-1", JOB_NAME)
    assert claim.take(NO_JOB) is None
    deployment.aws.order(kind="lose_answer", action="PUT runs/", times=1)
    assert claim.settle(job)
    assert job_record(deployment) == job


def test_the_job_of_a_process_that_died_after_its_submission_is_adopted(
    deployment: AirflowDeployment, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_claim, "TWIN_SECONDS", 0.3)
    definition = deployment.define("pass")
    assert JobClaim(deployment.bucket, KEY, "attempt").take(NO_JOB) is None
    orphan: list[str] = []
    find, queue = RunJobs._find_arrived, BatchQueue(deployment.queue.queue)

    def submit_first(jobs: RunJobs, known_ids: set[str]) -> str | None:
        orphan.append(queue.submit(JOB_NAME, definition, 1, {}, set()))
        return find(jobs, known_ids)

    monkeypatch.setattr(RunJobs, "_find_arrived", submit_first)
    assert jobs_of(deployment, plan).submit(definition) == orphan[0]
    assert submitted(deployment) == orphan
    assert job_record(deployment).job_id == orphan[0]


def test_a_claim_keeps_what_the_record_says_of_the_job_before(deployment: AirflowDeployment, plan: Plan) -> None:
    """A later attempt must still know that the failure was reported; otherwise it would report the failure again."""
    failed = deployment.queue.ends(
        BatchQueue(deployment.queue.queue).submit(JOB_NAME, deployment.define(FAILS), 1, {}, set())
    )
    record = Job(RUN, failed["jobId"], JOB_NAME, batch_job.JOB_FAILED, vcpu_hours=0.5)
    deployment.bucket.write_record(KEY, record)
    assert JobClaim(deployment.bucket, KEY, "dead").take(record) is None
    assert jobs_of(deployment, plan, "later").may_be_followed(failed)
    assert job_record(deployment).vcpu_hours == 0.5


def test_a_lost_answer_costs_neither_claim_nor_job(deployment: AirflowDeployment, plan: Plan) -> None:
    """botocore repeats the write, and S3 answers that the object exists or changed."""
    deployment.aws.order(kind="lose_answer", action="PUT runs/", times=2)
    job_id = jobs_of(deployment, plan).submit(deployment.define("pass"))
    assert submitted(deployment) == [job_id]
    assert job_record(deployment).job_id == job_id
