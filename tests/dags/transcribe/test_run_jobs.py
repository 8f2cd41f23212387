"""RunJobs: a run has one job, and another one only after a failure that was reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, resists, waits_for
from tests.support.dags.bucket_objects import RUN
from tests.support.dags.container_transcripts import Container
from tests.support.dags.transcribe_task import FAILS, JOB_NAME, job_record
from tests.support.standin.standin_server import wait_for
from transcription.contract.manifest import Plan, Shard
from transcription.contract.run_keys import RunKeys
from transcription.shared import batch_job, manifest_store
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.job_record import FailedChild, Job
from transcription.transcribe.run_jobs import RunJobs


@pytest.fixture
def jobs(deployment: AirflowDeployment, plan: Plan) -> RunJobs:
    return RunJobs(BatchQueue(deployment.queue.queue), deployment.bucket, plan, deployment.settings)


def start(deployment: AirflowDeployment, code: str, name: str = JOB_NAME) -> str:
    """Submit a job of that name, as another attempt of the task may have done; return its id."""
    return BatchQueue(deployment.queue.queue).submit(name, deployment.define(code), 1, {}, set())


def write_job_record(deployment: AirflowDeployment, job_id: str, status: str = "SUBMITTED") -> None:
    deployment.bucket.write_record(RunKeys(RUN).job, Job(RUN, job_id, JOB_NAME, status))


def keys_by_child(deployment: AirflowDeployment, job_id: str | None) -> list[list[str]]:
    """Return the keys of the files that each child of a job works on."""
    job = deployment.queue.describe(job_id or "")
    draft = job["parameters"]["draft"]
    shard_keys = [RunKeys(RUN).shard(draft, index) for index in range(batch_job.child_count(job))]
    return [[item.key for item in deployment.bucket.read_record(Shard, key).items] for key in shard_keys]


def test_a_run_that_submitted_no_job_has_none(deployment: AirflowDeployment, jobs: RunJobs) -> None:
    start(deployment, "pass", name=f"{JOB_NAME}0")
    assert jobs.newest() is None


def test_a_job_is_found_by_its_name(deployment: AirflowDeployment, jobs: RunJobs) -> None:
    job_id = start(deployment, "pass")
    newest = jobs.newest()
    assert newest
    assert newest["jobId"] == job_id


def test_a_job_that_batch_does_not_list_yet_is_found_by_the_record(
    deployment: AirflowDeployment, jobs: RunJobs
) -> None:
    """Otherwise the attempt after one that is killed right after its submission would submit again."""
    unlisted = start(deployment, "pass", name="not-yet-listed")
    write_job_record(deployment, unlisted)
    newest = jobs.newest()
    assert newest
    assert newest["jobId"] == unlisted


def test_of_two_jobs_that_were_submitted_at_once_the_newest_goes_on(
    deployment: AirflowDeployment, jobs: RunJobs, gate: Path
) -> None:
    older = start(deployment, waits_for(gate))
    deployment.queue.reaches(older, "RUNNING")
    newer = start(deployment, waits_for(gate))
    newest = jobs.newest()
    assert newest
    assert newest["jobId"] == newer
    assert deployment.queue.ends(older)["statusReason"] == "A newer job of this run is at work"
    gate.touch()
    assert deployment.queue.ends(newer)["status"] == batch_job.JOB_SUCCEEDED


def test_only_a_failure_that_was_reported_may_be_followed_by_another_job(
    deployment: AirflowDeployment, jobs: RunJobs
) -> None:
    """If the task died before it could report the failure, its retry fails, and does not pay for the same again."""
    failed = deployment.queue.ends(start(deployment, FAILS))
    assert not jobs.may_be_followed(failed)
    write_job_record(deployment, failed["jobId"])
    assert not jobs.may_be_followed(failed)
    write_job_record(deployment, "another", batch_job.JOB_FAILED)
    assert not jobs.may_be_followed(failed)
    write_job_record(deployment, failed["jobId"], batch_job.JOB_FAILED)
    assert jobs.may_be_followed(failed)


def test_a_job_that_somebody_ended_may_be_followed_by_another_once_it_is_over(
    deployment: AirflowDeployment, jobs: RunJobs, gate: Path
) -> None:
    job_id = start(deployment, resists(0.5, gate))
    wait_for(gate.exists, "the job")
    deployment.queue.client.terminate_job(jobId=job_id, reason="enough")
    assert not jobs.may_be_followed(deployment.queue.describe(job_id))
    assert jobs.may_be_followed(deployment.queue.ends(job_id))


def test_a_job_that_succeeded_is_never_followed_by_another(deployment: AirflowDeployment, jobs: RunJobs) -> None:
    job = deployment.queue.ends(start(deployment, "pass"))
    write_job_record(deployment, job["jobId"], batch_job.JOB_SUCCEEDED)
    assert not jobs.may_be_followed(job)


def test_the_first_job_works_on_all_planned_files(deployment: AirflowDeployment, jobs: RunJobs, plan: Plan) -> None:
    job_id = jobs.submit(deployment.define("pass"))
    assert keys_by_child(deployment, job_id) == [["input/a.wav", "input/b.wav"], ["input/c.wav"]]
    assert deployment.queue.describe(job_id or "")["parameters"] == {"run": RUN, "draft": plan.draft}
    assert job_record(deployment) == Job(RUN, job_id or "", JOB_NAME, "SUBMITTED", 1, draft=plan.draft)


def test_another_job_works_on_the_files_without_a_result(
    deployment: AirflowDeployment, jobs: RunJobs, plan: Plan, container: Container
) -> None:
    start(deployment, FAILS)
    first, second, third = manifest_store.read_items(deployment.bucket, plan)
    container.transcribe(deployment.bucket, plan, second, like="broken")
    deployment.configure(audio_minutes_per_child=0.01)
    job_id = jobs.submit(deployment.define("pass"))
    assert keys_by_child(deployment, job_id) == [[first.key, third.key]]
    assert job_record(deployment).jobs == 2
    assert manifest_store.read_plan(deployment.bucket, RUN) == plan


def test_another_job_has_as_many_children_as_the_files_without_a_result_need(
    deployment: AirflowDeployment, plan: Plan
) -> None:
    start(deployment, FAILS)
    deployment.configure(max_children=1)
    jobs = RunJobs(BatchQueue(deployment.queue.queue), deployment.bucket, plan, deployment.settings)
    assert len(keys_by_child(deployment, jobs.submit(deployment.define("pass")))) == 1


def test_a_job_that_batch_has_forgotten_still_counts(
    deployment: AirflowDeployment, jobs: RunJobs, plan: Plan, container: Container
) -> None:
    """Batch forgets a job after a week; a task may be cleared later."""
    write_job_record(deployment, "long-forgotten", batch_job.JOB_FAILED)
    first = next(manifest_store.read_items(deployment.bucket, plan))
    container.transcribe(deployment.bucket, plan, first)
    job_id = jobs.submit(deployment.define("pass"))
    assert keys_by_child(deployment, job_id) == [["input/b.wav", "input/c.wav"]]


def test_nothing_is_submitted_if_every_file_has_a_result(
    deployment: AirflowDeployment, jobs: RunJobs, plan: Plan, container: Container
) -> None:
    start(deployment, FAILS)
    for item in manifest_store.read_items(deployment.bucket, plan):
        container.transcribe(deployment.bucket, plan, item)
    assert jobs.submit(deployment.define("pass")) is None
    assert deployment.calls("batch")["SubmitJob"] == 1


def test_every_running_job_of_the_run_is_ended_and_no_other(
    deployment: AirflowDeployment, jobs: RunJobs, gate: Path
) -> None:
    over = deployment.queue.ends(start(deployment, "pass"))["jobId"]
    listed = start(deployment, waits_for(gate))
    unlisted = start(deployment, waits_for(gate), name="not-yet-listed")
    foreign = start(deployment, waits_for(gate), name=f"{JOB_NAME}0")
    write_job_record(deployment, unlisted)
    deployment.aws.control("DELETE", "/_calls")
    jobs.end("Enough")
    assert {deployment.queue.ends(job_id)["statusReason"] for job_id in (listed, unlisted)} == {"Enough"}
    assert deployment.calls("batch")["TerminateJob"] == 2
    assert deployment.queue.describe(over)["status"] == batch_job.JOB_SUCCEEDED
    assert not batch_job.is_ending(deployment.queue.describe(foreign))
    gate.touch()
    deployment.queue.ends(foreign)


def test_the_record_adds_up_all_jobs_of_the_run(deployment: AirflowDeployment, jobs: RunJobs) -> None:
    failed = deployment.queue.ends(start(deployment, f"import time; time.sleep(0.3); {FAILS}"))
    last = deployment.queue.ends(start(deployment, "import time; time.sleep(0.3)"))
    child = FailedChild("child", "reason", "log")
    jobs.record(last, [child])
    record = job_record(deployment)
    assert (record.job_id, record.status, record.jobs, record.failed) == (
        last["jobId"],
        batch_job.JOB_SUCCEEDED,
        2,
        (child,),
    )
    assert record.vcpu_hours == pytest.approx(batch_job.vcpu_hours([failed]) + batch_job.vcpu_hours([last]), abs=2e-6)
    assert record.vcpu_hours * 3600 >= 0.6
