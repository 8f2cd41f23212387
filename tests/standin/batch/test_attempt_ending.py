"""Endings of attempts in the words of AWS, and whether a job is retried, terminated or cancelled."""

from __future__ import annotations

import pytest

from infra.job import RETRY_STRATEGY
from tests.support.standin.standin_server import Batch, LocalAws

SLEEP = ["sleep", "600"]
ANY = {"attempts": 3}
SAY_GOODBYE = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print("goodbye"), sys.exit(0)))
print("ready", flush=True)
time.sleep(600)
"""


def test_a_child_that_loses_its_spot_host_is_retried_and_the_others_go_on(batch: Batch, aws: LocalAws) -> None:
    aws.order(kind="spot_reclaim", child=1, attempt=1)
    job_id = batch.submit(["sleep", "0.3"], size=3, retryStrategy=RETRY_STRATEGY)
    assert batch.ends(job_id)["status"] == "SUCCEEDED"
    lost, again = batch.describe(f"{job_id}:1")["attempts"]
    assert lost["statusReason"].startswith("Host EC2 (instance i-")
    assert lost["statusReason"].endswith(") terminated.")
    assert "exitCode" not in lost["container"]
    assert again["container"]["exitCode"] == 0
    assert lost["container"]["logStreamName"] != again["container"]["logStreamName"]
    assert [len(batch.describe(f"{job_id}:{index}")["attempts"]) for index in (0, 2)] == [1, 1]


def test_an_attempt_knows_its_number(batch: Batch, aws: LocalAws) -> None:
    code = "import os, sys; n = os.environ['AWS_BATCH_JOB_ATTEMPT']; print('attempt', n); sys.exit(n != '3')"
    job_id = batch.python(code, retryStrategy=ANY)
    assert batch.ends(job_id)["status"] == "SUCCEEDED"
    for attempt in (1, 2, 3):
        assert batch.prints(job_id, "\n", attempt) == f"attempt {attempt}\n"


def test_a_job_that_exits_with_an_error_is_not_retried(batch: Batch) -> None:
    job = batch.ends(batch.python("raise SystemExit(3)", retryStrategy=RETRY_STRATEGY))
    assert (job["status"], len(job["attempts"])) == ("FAILED", 1)
    assert job["attempts"][0]["statusReason"] == job["statusReason"] == "Essential container in task exited"
    assert job["attempts"][0]["container"]["exitCode"] == 3


def test_out_of_memory(batch: Batch, aws: LocalAws) -> None:
    aws.order(kind="out_of_memory")
    job = batch.ends(batch.submit(SLEEP, retryStrategy=RETRY_STRATEGY))
    assert (job["status"], job["statusReason"]) == ("FAILED", "Essential container in task exited")
    assert job["container"]["reason"] == "OutOfMemoryError: Container killed due to memory usage"
    assert (job["container"]["exitCode"], len(job["attempts"])) == (137, 1)


def test_an_image_that_cannot_be_pulled(batch: Batch, aws: LocalAws) -> None:
    aws.order(kind="image_pull", attempt=1)
    job = batch.ends(batch.submit(["true"], retryStrategy=RETRY_STRATEGY))
    failed = job["attempts"][0]
    assert (job["status"], len(job["attempts"])) == ("SUCCEEDED", 2)
    assert failed["statusReason"] == "Task failed to start"
    assert failed["container"]["reason"].startswith("CannotPullContainerError: ")
    assert "exitCode" not in failed["container"]
    assert "startedAt" not in failed


def test_a_job_over_its_timeout_ends_and_is_not_retried(batch: Batch) -> None:
    job = batch.ends(batch.submit(SLEEP, timeout={"attemptDurationSeconds": 1}, retryStrategy=ANY))
    assert (job["status"], job["statusReason"]) == ("FAILED", "Job attempt duration exceeded timeout")
    assert (len(job["attempts"]), job["container"]["exitCode"]) == (1, 143)


def test_a_timeout_can_be_ordered(batch: Batch, aws: LocalAws) -> None:
    aws.order(kind="timeout")
    job = batch.ends(batch.submit(SLEEP, retryStrategy=ANY))
    assert (job["statusReason"], len(job["attempts"])) == ("Job attempt duration exceeded timeout", 1)


def test_a_terminated_job_gets_sigterm_and_is_not_retried(batch: Batch) -> None:
    job_id = batch.python(SAY_GOODBYE, retryStrategy=ANY)
    batch.prints(job_id, "ready")
    batch.client.terminate_job(jobId=job_id, reason="changed my mind")
    job = batch.ends(job_id)
    assert (job["status"], job["statusReason"], len(job["attempts"])) == ("FAILED", "changed my mind", 1)
    assert "goodbye" in batch.prints(job_id, "ready")


def test_terminating_an_array_ends_its_running_and_its_waiting_children(batch: Batch) -> None:
    job_id = batch.submit(SLEEP, size=5, retryStrategy=ANY)
    batch.reaches(f"{job_id}:1", "RUNNING")
    batch.client.terminate_job(jobId=job_id, reason="changed my mind")
    parent = batch.ends(job_id)
    assert (parent["status"], parent["statusReason"]) == ("FAILED", "changed my mind")
    children = batch.client.describe_jobs(jobs=[f"{job_id}:{index}" for index in range(5)])["jobs"]
    assert {(child["status"], child["statusReason"]) for child in children} == {("FAILED", "changed my mind")}
    assert sorted(len(child["attempts"]) for child in children) == [0, 0, 0, 1, 1]


def test_cancelling_an_array_lets_running_children_go_on(batch: Batch) -> None:
    job_id = batch.submit(SLEEP, size=3)
    for index in range(2):
        batch.reaches(f"{job_id}:{index}", "RUNNING")
    batch.client.cancel_job(jobId=job_id, reason="not needed")
    assert [batch.describe(f"{job_id}:{index}")["status"] for index in range(3)] == ["RUNNING", "RUNNING", "FAILED"]
    assert batch.describe(f"{job_id}:2")["statusReason"] == "not needed"
    batch.client.terminate_job(jobId=job_id, reason="test over")
    batch.ends(job_id)


def test_a_fault_ordered_while_a_job_runs_hits_it(batch: Batch, aws: LocalAws) -> None:
    job_id = batch.submit(SLEEP)
    batch.reaches(job_id, "RUNNING")
    aws.order(kind="spot_reclaim", job=batch.describe(job_id)["jobName"])
    assert batch.ends(job_id)["statusReason"].startswith("Host EC2")


def test_a_fault_can_fire_after_a_time(batch: Batch, aws: LocalAws) -> None:
    aws.order(kind="spot_reclaim", after_seconds=0.4)
    (attempt,) = batch.ends(batch.submit(SLEEP))["attempts"]
    assert attempt["stoppedAt"] - attempt["startedAt"] >= 400


def test_a_spot_host_can_give_notice(batch: Batch, aws: LocalAws) -> None:
    job_id = batch.python(SAY_GOODBYE)
    batch.prints(job_id, "ready")
    aws.order(kind="spot_reclaim", notice_seconds=20)
    assert batch.ends(job_id)["statusReason"].startswith("Host EC2")
    assert "goodbye" in batch.prints(job_id, "ready")


def test_a_job_that_ignores_the_notice_is_killed(batch: Batch, aws: LocalAws) -> None:
    job_id = batch.python(
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    batch.prints(job_id, "deaf")
    aws.order(kind="spot_reclaim", notice_seconds=0.2)
    assert batch.ends(job_id)["status"] == "FAILED"


@pytest.mark.parametrize("signal_number", [9, 11])
def test_a_job_that_dies_of_a_signal_has_the_exit_code_of_a_shell(batch: Batch, signal_number: int) -> None:
    job = batch.ends(batch.python(f"import os; os.kill(os.getpid(), {signal_number})"))
    assert job["container"]["exitCode"] == 128 + signal_number
