"""A stuck job stays RUNNABLE with a reason until the fault is ended or the job is terminated."""

from __future__ import annotations

from tests.support.standin.standin_server import Batch, LocalAws, wait_for

NO_CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - "
TOO_LARGE = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement is higher than that can be met."


def stuck(batch: Batch, job_id: str) -> str:
    """Wait until the job is RUNNABLE with a reason. Returns the reason."""
    reason = wait_for(lambda: batch.reaches(job_id, "RUNNABLE").get("statusReason"), f"why {job_id} is stuck")
    return str(reason)


def test_a_stuck_array_has_a_reason_and_starts_when_the_fault_is_ended(batch: Batch, aws: LocalAws) -> None:
    aws.order(kind="stuck")
    job_id = batch.submit(["true"], size=2)
    assert [stuck(batch, f"{job_id}:{index}").startswith(NO_CAPACITY) for index in range(2)] == [True, True]
    parent = batch.describe(job_id)
    assert (parent["status"], parent["arrayProperties"]["statusSummary"]["RUNNABLE"]) == ("PENDING", 2)
    listed = batch.client.list_jobs(arrayJobId=job_id, jobStatus="RUNNABLE")["jobSummaryList"]
    assert [job["statusReason"].startswith(NO_CAPACITY) for job in listed] == [True, True]
    aws.control("DELETE", "/_faults")
    assert batch.ends(job_id)["status"] == "SUCCEEDED"


def test_the_reason_can_be_chosen_and_jobs_behind_a_stuck_job_wait(batch: Batch, aws: LocalAws) -> None:
    aws.order(kind="stuck", job="first", reason=TOO_LARGE)
    first, second = batch.submit(["true"], jobName="first"), batch.submit(["true"], jobName="second")
    assert stuck(batch, first) == TOO_LARGE
    assert "statusReason" not in batch.reaches(second, "RUNNABLE")
    aws.control("DELETE", "/_faults")
    assert [batch.ends(job_id)["status"] for job_id in (first, second)] == ["SUCCEEDED", "SUCCEEDED"]


def test_a_stuck_job_can_be_terminated(batch: Batch, aws: LocalAws) -> None:
    aws.order(kind="stuck")
    job_id = batch.submit(["true"], size=2)
    stuck(batch, f"{job_id}:1")
    batch.client.terminate_job(jobId=f"{job_id}:1", reason="that one")
    aws.order(kind="deny", prefix="nothing/")  # makes the scheduler look at all faults again
    batch.client.terminate_job(jobId=job_id, reason="waited long enough")
    assert batch.ends(job_id)["statusReason"] == "waited long enough"
    children = [batch.describe(f"{job_id}:{index}") for index in range(2)]
    assert [(child["statusReason"], child["attempts"]) for child in children] == [
        ("waited long enough", []),
        ("that one", []),
    ]
    aws.control("DELETE", "/_faults")
    assert batch.ends(batch.submit(["true"]))["status"] == "SUCCEEDED"


def test_a_fault_holds_a_job_that_waits_already_but_not_one_that_runs(batch: Batch, aws: LocalAws) -> None:
    running = batch.submit(["sleep", "600"], size=2)
    batch.reaches(f"{running}:1", "RUNNING")
    waiting = batch.submit(["true"])
    batch.reaches(waiting, "RUNNABLE")
    aws.order(kind="stuck")
    assert stuck(batch, waiting).startswith(NO_CAPACITY)
    assert batch.describe(f"{running}:0")["status"] == "RUNNING"
    batch.client.terminate_job(jobId=running, reason="room for others")
    batch.ends(running)
    assert batch.describe(waiting)["status"] == "RUNNABLE"


def test_only_the_second_attempt_is_stuck(batch: Batch, aws: LocalAws) -> None:
    aws.order(kind="stuck", attempt=2)
    job_id = batch.submit(["false"], retryStrategy={"attempts": 2})
    assert stuck(batch, job_id).startswith(NO_CAPACITY)
    assert len(batch.describe(job_id)["attempts"]) == 1


def test_no_more_jobs_are_stuck_than_ordered(batch: Batch, aws: LocalAws) -> None:
    aws.order(kind="stuck", times=1)
    job_id = batch.submit(["true"], size=2)
    stuck(batch, f"{job_id}:0")
    assert "statusReason" not in batch.reaches(f"{job_id}:1", "RUNNABLE")
    aws.order(kind="deny", prefix="nothing/")  # makes the scheduler look at all faults again
    assert aws.control("GET", "/_faults")["faults"][0]["fired"] == 1
