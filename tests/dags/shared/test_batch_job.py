"""Descriptions of Batch jobs: the reason of a failure, the machine time, the status of children."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.dags.airflow_deployment import resists
from tests.support.standin.standin_server import Batch as Queue
from tests.support.standin.standin_server import LocalAws, wait_for
from transcription.shared import batch_job

#: The code of a job whose container exits with 3.
FAILS = "import time\ntime.sleep(0.1)\nraise SystemExit(3)"
#: Repeat an attempt only if its host was lost.
RETRY_LOST_HOST = {
    "attempts": 3,
    "evaluateOnExit": [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}],
}


def log_address(group: str, stream: str) -> str:
    """Stand in for the function that makes the address of a log."""
    return f"{group}|{stream}"


def run_to_end(
    queue: Queue, code: str, *, size: int | None = None, child: str = "", **properties: Any
) -> dict[str, Any]:
    """Run `code` as a Batch job; return the description of the job, or of its child (`:0`, `:1`, …)."""
    definition = queue.define(["python", "-c", code], **properties)
    job_id = queue.submit([], size=size, jobDefinition=definition)
    queue.ends(job_id)
    return queue.describe(job_id + child)


def test_a_failed_child_is_named_with_its_exit_code_and_its_log(queue: Queue) -> None:
    logs = {"logDriver": "awslogs", "options": {"awslogs-group": "/aws/batch/mine", "awslogs-stream-prefix": "t"}}
    failed = batch_job.failed_child(run_to_end(queue, FAILS, size=2, child=":1", logConfiguration=logs), log_address)
    assert failed.job_id.endswith(":1")
    assert failed.reason == "Essential container in task exited, exit code 3"
    assert failed.log.startswith("/aws/batch/mine|t/default/")


def test_a_container_that_was_killed_for_its_memory_says_so(queue: Queue, aws: LocalAws) -> None:
    aws.order(kind="out_of_memory")
    failed = batch_job.failed_child(run_to_end(queue, "import time; time.sleep(60)"), log_address)
    assert "OutOfMemoryError: Container killed due to memory usage, exit code 137" in failed.reason
    assert failed.log.startswith("/aws/batch/job|")


def test_a_container_that_never_started_has_no_log(queue: Queue, aws: LocalAws) -> None:
    aws.order(kind="image_pull")
    failed = batch_job.failed_child(run_to_end(queue, FAILS), log_address)
    assert "CannotPullContainerError" in failed.reason
    assert failed.log == ""


def test_a_lost_host_is_the_reason_even_where_there_is_no_exit_code(queue: Queue, aws: LocalAws) -> None:
    aws.order(kind="spot_reclaim")
    failed = batch_job.failed_child(run_to_end(queue, "import time; time.sleep(60)"), log_address)
    assert failed.reason.startswith("Host EC2 (instance i-")
    assert "exit code" not in failed.reason


def test_a_failure_without_a_reason_says_that_none_was_given() -> None:
    assert batch_job.failed_child({"jobId": "j", "status": "FAILED"}, log_address).reason == "no reason given"


def test_machine_time_counts_every_attempt(queue: Queue, aws: LocalAws) -> None:
    """AWS bills the attempts that a Spot interruption ended, too."""
    for attempt in (1, 2):
        aws.order(kind="spot_reclaim", attempt=attempt, after_seconds=0.3)
    code = "import os, time; time.sleep(0.3 if os.environ['AWS_BATCH_JOB_ATTEMPT'] == '3' else 60)"
    job = run_to_end(queue, code, retryStrategy=RETRY_LOST_HOST)
    assert (job["status"], len(job["attempts"])) == (batch_job.JOB_SUCCEEDED, 3)
    assert batch_job.vcpu_hours([job]) * 3600 >= 0.8


def describe_job(*attempts: dict[str, int], vcpus: str | None = None) -> dict[str, Any]:
    """Make the description of a job with these attempts."""
    requirements = [{"type": "MEMORY", "value": "2048"}, *([{"type": "VCPU", "value": vcpus}] if vcpus else [])]
    return {"container": {"resourceRequirements": requirements}, "attempts": list(attempts)}


def test_machine_time_is_vcpus_times_hours() -> None:
    one_hour = {"startedAt": 1_000, "stoppedAt": 3_601_000}
    half_hour = {"startedAt": 1_000, "stoppedAt": 1_801_000}
    jobs = [describe_job(one_hour, half_hour, vcpus="2"), describe_job(half_hour, vcpus="0.5")]
    assert batch_job.vcpu_hours(jobs) == 3.25
    assert batch_job.vcpu_hours([describe_job(one_hour)]) == 1.0


def test_an_attempt_whose_container_never_started_costs_nothing() -> None:
    assert batch_job.vcpu_hours([describe_job({"stoppedAt": 1_000}, vcpus="2"), describe_job(vcpus="2")]) == 0.0
    assert batch_job.vcpu_hours([]) == 0.0


def test_a_job_that_never_ran_costs_nothing(queue: Queue) -> None:
    job_id = queue.python("pass", containerOverrides={"resourceRequirements": [{"type": "VCPU", "value": "64"}]})
    queue.client.terminate_job(jobId=job_id, reason="enough")
    assert batch_job.vcpu_hours([queue.ends(job_id)]) == 0.0


def test_children_are_counted_by_status_in_the_order_of_a_jobs_life(queue: Queue) -> None:
    code = "import os, sys; sys.exit(os.environ['AWS_BATCH_JOB_ARRAY_INDEX'] == '1')"
    job = run_to_end(queue, code, size=3)
    assert list(batch_job.count_children_by_status(job).items()) == [("SUCCEEDED", 2), ("FAILED", 1)]
    assert batch_job.child_count(job) == 3
    assert batch_job.count_children_by_status({"status": "RUNNING"}) == {"RUNNING": 1}
    assert batch_job.child_count({"status": "RUNNING"}) == 1


@pytest.mark.parametrize("status", batch_job.JOB_STATUSES)
def test_only_success_and_failure_are_ends(status: str) -> None:
    assert batch_job.is_over({"status": status}) is (status in ("SUCCEEDED", "FAILED"))


def test_a_job_that_somebody_ended_says_so_before_it_is_over(queue: Queue, gate: Path) -> None:
    job_id = queue.python(resists(0.5, gate))
    wait_for(gate.exists, "the job")
    assert not batch_job.is_ending(queue.describe(job_id))
    queue.client.terminate_job(jobId=job_id, reason="enough")
    job = queue.describe(job_id)
    assert (job["status"], batch_job.is_ending(job)) == ("RUNNING", True)


def test_a_run_finds_its_own_jobs_by_name_and_those_of_all_runs_by_a_star() -> None:
    assert batch_job.job_name("manual-1").startswith(batch_job.job_name("*").removesuffix("*"))
    assert batch_job.job_name("manual-1") != batch_job.job_name("manual-2")
