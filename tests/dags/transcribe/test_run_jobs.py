"""The jobs of a run: one, whatever raced or was forgotten, and one more only when somebody was told of a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.dags.airflow_deployment import Deployment, resists, waits_for
from tests.support.dags.bucket_objects import RUN, freeze, upload_all
from tests.support.dags.container_transcripts import Container
from tests.support.standin.standin_server import wait_for
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Plan, Shard
from transcription.shared import batch_job, manifest_store
from transcription.shared.batch_client import Batch
from transcription.shared.batch_job import FailedChild, Job
from transcription.transcribe.run_jobs import RunJobs

NAME = batch_job.name_of(RUN)


@pytest.fixture
def plan(deployment: Deployment) -> Plan:
    """Three files for two children."""
    items = upload_all(deployment.bucket, "input/a.wav", "input/b.wav", "input/c.wav")
    return freeze(deployment.bucket, items[:2], items[2:])


@pytest.fixture
def jobs(deployment: Deployment, plan: Plan) -> RunJobs:
    return RunJobs(Batch(deployment.queue.queue), deployment.bucket, plan, deployment.settings)


def start(deployment: Deployment, code: str, name: str = NAME) -> str:
    """A job of that name, as another attempt at the task may have left it."""
    return Batch(deployment.queue.queue).submit(name, deployment.define(code), 1, {}, set())


def keep(deployment: Deployment, job_id: str, status: str = "SUBMITTED") -> None:
    """What the run keeps of its newest job."""
    deployment.bucket.write_record(RunKeys(RUN).job, Job(RUN, job_id, NAME, status))


def kept(deployment: Deployment) -> Job:
    return deployment.bucket.read_record(Job, RunKeys(RUN).job)


def shards(deployment: Deployment, job_id: str | None) -> list[list[str]]:
    """The files that each child of a job was given."""
    found = deployment.queue.describe(job_id or "")
    draft = found["parameters"]["draft"]
    keys = [RunKeys(RUN).shard(draft, index) for index in range(batch_job.size(found))]
    return [[item.key for item in deployment.bucket.read_record(Shard, key).items] for key in keys]


def test_a_run_without_a_job_has_none(deployment: Deployment, jobs: RunJobs) -> None:
    start(deployment, "pass", name=f"{NAME}0")
    assert jobs.newest() is None


def test_a_job_is_found_by_its_name(deployment: Deployment, jobs: RunJobs) -> None:
    job_id = start(deployment, "pass")
    found = jobs.newest()
    assert found
    assert found["jobId"] == job_id


def test_a_job_that_batch_does_not_list_yet_is_found_by_the_record(deployment: Deployment, jobs: RunJobs) -> None:
    """A task that is killed right after its submission would be followed by one that submits again."""
    unlisted = start(deployment, "pass", name="not-yet-listed")
    keep(deployment, unlisted)
    found = jobs.newest()
    assert found
    assert found["jobId"] == unlisted


def test_of_two_jobs_that_raced_the_newest_goes_on(deployment: Deployment, jobs: RunJobs, gate: Path) -> None:
    older = start(deployment, waits_for(gate))
    deployment.queue.reaches(older, "RUNNING")
    newer = start(deployment, waits_for(gate))
    found = jobs.newest()
    assert found
    assert found["jobId"] == newer
    assert deployment.queue.ends(older)["statusReason"] == "Another job of this run is at work"
    gate.touch()
    assert deployment.queue.ends(newer)["status"] == batch_job.SUCCEEDED


def test_only_a_failure_that_was_told_may_be_followed_by_another_job(deployment: Deployment, jobs: RunJobs) -> None:
    """The task died before it could say anything: its retry must turn red, and not pay for the same failure again."""
    failed = deployment.queue.ends(start(deployment, "raise SystemExit(1)"))
    assert not jobs.is_spent(failed)
    keep(deployment, failed["jobId"])
    assert not jobs.is_spent(failed)
    keep(deployment, "another", batch_job.FAILED)
    assert not jobs.is_spent(failed)
    keep(deployment, failed["jobId"], batch_job.FAILED)
    assert jobs.is_spent(failed)


def test_a_job_that_somebody_ended_may_be_followed_by_another_once_it_is_over(
    deployment: Deployment, jobs: RunJobs, gate: Path
) -> None:
    job_id = start(deployment, resists(0.5, gate))
    wait_for(gate.exists, "the job")
    deployment.queue.client.terminate_job(jobId=job_id, reason="enough")
    assert not jobs.is_spent(deployment.queue.describe(job_id))
    assert jobs.is_spent(deployment.queue.ends(job_id))


def test_a_job_that_succeeded_is_never_followed_by_another(deployment: Deployment, jobs: RunJobs) -> None:
    done = deployment.queue.ends(start(deployment, "pass"))
    keep(deployment, done["jobId"], batch_job.SUCCEEDED)
    assert not jobs.is_spent(done)


def test_the_first_job_does_what_is_planned(deployment: Deployment, jobs: RunJobs, plan: Plan) -> None:
    job_id = jobs.submit(deployment.define("pass"))
    assert shards(deployment, job_id) == [["input/a.wav", "input/b.wav"], ["input/c.wav"]]
    assert deployment.queue.describe(job_id or "")["parameters"] == {"run": RUN, "draft": plan.draft}
    assert kept(deployment) == Job(RUN, job_id or "", NAME, "SUBMITTED", 1)


def test_another_job_does_what_has_no_result(
    deployment: Deployment, jobs: RunJobs, plan: Plan, container: Container
) -> None:
    start(deployment, "raise SystemExit(1)")
    first, second, third = manifest_store.read_items(deployment.bucket, plan)
    container.transcribe(deployment.bucket, plan, second, like="broken")
    deployment.configure(audio_minutes_per_child=0.01)
    job_id = jobs.submit(deployment.define("pass"))
    assert shards(deployment, job_id) == [[first.key, third.key]]
    assert kept(deployment).jobs == 2
    assert manifest_store.read_plan(deployment.bucket, RUN) == plan


def test_another_job_has_as_many_children_as_what_is_missing_needs(deployment: Deployment, plan: Plan) -> None:
    start(deployment, "raise SystemExit(1)")
    deployment.configure(max_children=1)
    jobs = RunJobs(Batch(deployment.queue.queue), deployment.bucket, plan, deployment.settings)
    assert len(shards(deployment, jobs.submit(deployment.define("pass")))) == 1


def test_a_job_that_batch_has_forgotten_still_counts(
    deployment: Deployment, jobs: RunJobs, plan: Plan, container: Container
) -> None:
    """Batch forgets after a week; a task may be cleared later."""
    keep(deployment, "long-forgotten", batch_job.FAILED)
    done = next(manifest_store.read_items(deployment.bucket, plan))
    container.transcribe(deployment.bucket, plan, done)
    assert shards(deployment, jobs.submit(deployment.define("pass"))) == [["input/b.wav", "input/c.wav"]]


def test_where_nothing_is_missing_nothing_is_submitted(
    deployment: Deployment, jobs: RunJobs, plan: Plan, container: Container
) -> None:
    start(deployment, "raise SystemExit(1)")
    for item in manifest_store.read_items(deployment.bucket, plan):
        container.transcribe(deployment.bucket, plan, item)
    assert jobs.submit(deployment.define("pass")) is None
    assert deployment.calls("batch")["SubmitJob"] == 1


def test_whatever_is_at_work_is_ended(deployment: Deployment, jobs: RunJobs, gate: Path) -> None:
    done = deployment.queue.ends(start(deployment, "pass"))["jobId"]
    listed = start(deployment, waits_for(gate))
    unlisted = start(deployment, waits_for(gate), name="not-yet-listed")
    foreign = start(deployment, waits_for(gate), name=f"{NAME}0")
    keep(deployment, unlisted)
    deployment.aws.control("DELETE", "/_calls")
    jobs.end("Enough")
    assert {deployment.queue.ends(each)["statusReason"] for each in (listed, unlisted)} == {"Enough"}
    assert deployment.calls("batch")["TerminateJob"] == 2
    assert deployment.queue.describe(done)["status"] == batch_job.SUCCEEDED
    assert not batch_job.is_ending(deployment.queue.describe(foreign))
    gate.touch()
    deployment.queue.ends(foreign)


def test_the_record_adds_up_all_jobs_of_the_run(deployment: Deployment, jobs: RunJobs) -> None:
    lost = deployment.queue.ends(start(deployment, "import time; time.sleep(0.3); raise SystemExit(1)"))
    last = deployment.queue.ends(start(deployment, "import time; time.sleep(0.3)"))
    failure = FailedChild("child", "reason", "log")
    jobs.record(last, [failure])
    found = kept(deployment)
    assert (found.job_id, found.status, found.jobs, found.failed) == (last["jobId"], batch_job.SUCCEEDED, 2, (failure,))
    assert found.vcpu_hours == pytest.approx(batch_job.vcpu_hours([lost]) + batch_job.vcpu_hours([last]), abs=2e-6)
    assert found.vcpu_hours * 3600 >= 0.6
