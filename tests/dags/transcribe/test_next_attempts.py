"""Later attempts of the task `transcribe`: they find the run's job, and only replace one that failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient, resists, waits_for
from tests.support.dags.bucket_objects import RUN, content
from tests.support.dags.container_transcripts import Container
from tests.support.dags.transcribe_task import (
    FAILS,
    SECOND_FAILS,
    commit,
    execute,
    job_record,
    submit,
    submitted,
    while_waiting,
)
from tests.support.standin.standin_server import wait_for
from transcription.contract.manifest import Plan, Shard
from transcription.contract.run_keys import RunKeys
from transcription.shared import batch_job, manifest_store
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.task_errors import AirflowFailException


def test_a_retry_finds_the_running_job(
    deployment: AirflowDeployment, small: Plan, gate: Path, interruption: Impatient
) -> None:
    """Each attempt used to submit another job, and the audio was transcribed and paid for each time."""
    deployment.define(waits_for(gate))
    job_id = submit(deployment, small)
    while_waiting(interruption, gate.touch)
    assert execute(deployment) == job_id
    assert submitted(deployment) == [job_id]


def test_a_task_that_is_cleared_after_success_finds_its_job(deployment: AirflowDeployment, small: Plan) -> None:
    deployment.define("pass")
    job_id = execute(deployment)
    records = content(deployment.bucket, "runs/")
    assert execute(deployment) == job_id
    assert submitted(deployment) == [job_id]
    assert content(deployment.bucket, "runs/") == records
    assert manifest_store.read_plan(deployment.bucket, RUN) == small


def test_after_a_failure_only_files_without_a_result_are_submitted_again(
    deployment: AirflowDeployment, plan: Plan, container: Container
) -> None:
    deployment.define(SECOND_FAILS)
    with pytest.raises(AirflowFailException):
        execute(deployment)
    first = job_record(deployment)
    commit(deployment, container, plan, 0, 1)
    deployment.define("import time; time.sleep(0.3)")
    job_id = execute(deployment)
    assert submitted(deployment) == [job_id, first.job_id]
    job = deployment.queue.describe(job_id or "")
    draft = job["parameters"]["draft"]
    assert (batch_job.child_count(job), draft != plan.draft) == (1, True)
    shard = deployment.bucket.read_record(Shard, RunKeys(RUN).shard(draft, 0))
    assert [item.key for item in shard.items] == ["input/c.wav"]
    assert manifest_store.read_plan(deployment.bucket, RUN) == plan
    second = job_record(deployment)
    assert (second.job_id, second.status, second.jobs, second.failed) == (job_id, batch_job.JOB_SUCCEEDED, 2, ())
    assert second.vcpu_hours > first.vcpu_hours > 0


def test_an_unreported_failure_is_reported_and_not_repeated(deployment: AirflowDeployment, plan: Plan) -> None:
    """The task was killed while its job failed; a new job would fail and be paid for in the same way."""
    deployment.define(SECOND_FAILS)
    job_id = submit(deployment, plan)
    deployment.queue.ends(job_id)
    with pytest.raises(AirflowFailException, match="JOB_FAILED"):
        execute(deployment)
    assert submitted(deployment) == [job_id]
    assert job_record(deployment).status == batch_job.JOB_FAILED


def test_after_a_failure_nothing_is_submitted_if_every_file_has_a_result(
    deployment: AirflowDeployment, plan: Plan, container: Container
) -> None:
    deployment.define(FAILS)
    with pytest.raises(AirflowFailException):
        execute(deployment)
    commit(deployment, container, plan, 0, 1, 2)
    assert execute(deployment) is None
    assert len(submitted(deployment)) == 1


def test_a_job_that_is_being_ended_is_waited_for_before_another_follows(
    deployment: AirflowDeployment, plan: Plan, gate: Path
) -> None:
    """Its containers may still write transcripts, and a file that two jobs transcribe is paid for twice."""
    deployment.define(resists(1, gate))
    first = submit(deployment, plan)
    for child in "01":
        wait_for(Path(f"{gate}{child}").exists, f"child {child}")
    BatchQueue(deployment.queue.queue).end(first, "cleared")
    assert not batch_job.is_over(deployment.queue.describe(first))
    deployment.define("pass")
    second = execute(deployment)
    assert submitted(deployment) == [second, first]
    ended_at = [deployment.queue.describe(f"{first}:{index}")["stoppedAt"] for index in range(2)]
    assert deployment.queue.describe(second or "")["createdAt"] >= max(ended_at)
