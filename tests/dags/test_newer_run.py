"""A red run that is cleared after a newer run moved its files: they are not transcribed again, nor missing."""

from __future__ import annotations

import logging

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import RUN, freeze, upload, upload_all
from tests.support.dags.outcome_lists import move_verified, verify_plan
from tests.support.dags.transcribe_task import JOB_NAME
from tests.support.standin.standin_server import LocalAws
from transcription.contract import keys, result
from transcription.contract.manifest import Item, Plan, Shard
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import MISSING
from transcription.report.run_report import make_report
from transcription.shared import batch_job
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import Job
from transcription.transcribe.run_jobs import RunJobs

KEYS = ("input/a.wav", "input/b.wav", "input/c.wav")


@pytest.fixture
def items(deployment: AirflowDeployment) -> tuple[Item, ...]:
    return upload_all(deployment.bucket, *KEYS)


@pytest.fixture
def plan(deployment: AirflowDeployment, items: tuple[Item, ...]) -> Plan:
    """The plan of a run whose only job failed without any result."""
    deployment.bucket.write_record(RunKeys(RUN).job, Job(RUN, "forgotten", JOB_NAME, batch_job.JOB_FAILED))
    return freeze(deployment.bucket, items)


@pytest.fixture
def jobs(deployment: AirflowDeployment, plan: Plan) -> RunJobs:
    return RunJobs(BatchQueue(deployment.queue.queue), deployment.bucket, plan, deployment.settings)


def take(bucket: Bucket, item: Item, target: str) -> None:
    """Move a file as a newer run does."""
    bucket.copy(item, target)
    bucket.client.delete_object(Bucket=bucket.name, Key=item.key)


def submitted_keys(deployment: AirflowDeployment, job_id: str | None) -> list[str]:
    """Return the keys of the files that the only child of a job gets."""
    draft = deployment.queue.describe(job_id or "")["parameters"]["draft"]
    return [item.key for item in deployment.bucket.read_record(Shard, RunKeys(RUN).shard(draft, 0)).items]


def test_no_job_is_submitted_if_a_newer_run_moved_every_file(
    deployment: AirflowDeployment, jobs: RunJobs, items: tuple[Item, ...], caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = items
    take(deployment.bucket, first, keys.processed(first.key))
    take(deployment.bucket, second, keys.failed(second.key))
    take(deployment.bucket, third, keys.processed(third.key))
    upload(deployment.bucket, third.key, b"a newer recording")
    with caplog.at_level(logging.INFO):
        assert jobs.submit(deployment.define("pass")) is None
    assert deployment.calls("batch").get("SubmitJob", 0) == 0
    assert "'input/a.wav' is not transcribed: a newer run moved it." in caplog.messages


def test_a_job_gets_only_the_files_that_no_newer_run_moved(
    deployment: AirflowDeployment, jobs: RunJobs, items: tuple[Item, ...]
) -> None:
    """A child records that a file was deleted, so a job gets it."""
    first, second, _ = items
    take(deployment.bucket, first, keys.processed(first.key))
    deployment.bucket.client.delete_object(Bucket=deployment.bucket.name, Key=second.key)
    assert submitted_keys(deployment, jobs.submit(deployment.define("pass"))) == ["input/b.wav", "input/c.wav"]


def test_a_copy_of_an_older_recording_does_not_count(
    deployment: AirflowDeployment, jobs: RunJobs, items: tuple[Item, ...]
) -> None:
    """Yesterday's recording of the same name is in `processed/`, and today's has not been transcribed."""
    first, second, _ = items
    upload(deployment.bucket, keys.processed(first.key), first.key.encode())
    upload(deployment.bucket, keys.processed(second.key), b"yesterday")
    deployment.bucket.client.delete_object(Bucket=deployment.bucket.name, Key=second.key)
    assert submitted_keys(deployment, jobs.submit(deployment.define("pass"))) == list(KEYS)


def test_the_report_calls_files_that_a_newer_run_moved_left_and_others_missing(
    deployment: AirflowDeployment, plan: Plan, items: tuple[Item, ...]
) -> None:
    bucket = deployment.bucket
    first, second, third = items
    take(bucket, first, keys.processed(first.key))
    take(bucket, second, keys.failed(second.key))
    verify_plan(bucket, plan)
    outcomes = move_verified(bucket, plan.run)
    reported = [(outcome.status, outcome.failure.code) for outcome in outcomes if outcome.failure]
    assert reported == [(result.LEFT, "INPUT_TAKEN"), (result.LEFT, "INPUT_TAKEN"), (MISSING, "NO_RESULT")]
    take(bucket, third, keys.processed(third.key))
    verify_plan(bucket, plan)
    report = make_report(plan, move_verified(bucket, plan.run), None, deployment.settings)
    assert (report.left, report.missing) == (3, 0)
    report.raise_if_incomplete()


def test_a_file_that_s3_refuses_to_show_stays_with_the_job(
    deployment: AirflowDeployment, jobs: RunJobs, items: tuple[Item, ...], aws: LocalAws
) -> None:
    take(deployment.bucket, items[0], keys.processed(items[0].key))
    aws.order(kind="deny", methods=["GET"], prefix=items[1].key)
    assert submitted_keys(deployment, jobs.submit(deployment.define("pass"))) == ["input/b.wav", "input/c.wav"]
