"""CancelJob and TerminateJob: visible at once, and no attempt follows, even if the attempt ends at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from standin.batch import attempt_ending
from standin.batch.job_hooks import JobHooks
from standin.batch.jobs import Job, Status
from standin.batch.retries import RetryStrategy
from standin.batch.scheduler import Scheduler
from standin.batch.submission import Submission
from tests.support.standin.standin_server import Batch, LocalAws, wait_for

ANY = {"attempts": 3}
#: A program that ends after SIGTERM, but not before a file exists.
SLOW_TO_END = """
import pathlib, signal, sys, time
signals = []
signal.signal(signal.SIGTERM, lambda *_: signals.append(1))
print("ready", flush=True)
while not (signals and pathlib.Path(sys.argv[1]).exists()):
    time.sleep(0.02)
"""


def test_termination_is_seen_while_the_job_still_runs(batch: Batch, tmp_path: Path) -> None:
    job_id = batch.submit(["python", "-c", SLOW_TO_END, str(tmp_path / "end")], size=3)
    batch.prints(f"{job_id}:0", "ready")
    batch.prints(f"{job_id}:1", "ready")
    job_ids = [job_id, *(f"{job_id}:{index}" for index in range(3))]
    before = [batch.describe(id_) for id_ in job_ids]
    assert not any(job["isTerminated"] or job["isCancelled"] for job in before)
    batch.client.terminate_job(jobId=job_id, reason="changed my mind")
    jobs = [batch.describe(id_) for id_ in job_ids]
    assert [(job["status"], job["isTerminated"], job["isCancelled"]) for job in jobs] == [
        ("PENDING", True, False),
        ("RUNNING", True, False),
        ("RUNNING", True, False),
        ("FAILED", True, False),
    ]
    (tmp_path / "end").touch()
    assert batch.ends(job_id)["isTerminated"]


def test_cancellation_is_seen_while_the_array_is_still_pending(batch: Batch) -> None:
    job_id = batch.submit(["sleep", "600"], size=3)
    batch.reaches(f"{job_id}:1", "RUNNING")
    batch.client.cancel_job(jobId=job_id, reason="not needed")
    jobs = [batch.describe(id_) for id_ in (job_id, f"{job_id}:0", f"{job_id}:2")]
    assert [(job["status"], job["isTerminated"], job["isCancelled"]) for job in jobs] == [
        ("PENDING", False, True),
        ("RUNNING", False, False),
        ("FAILED", False, True),
    ]
    batch.client.terminate_job(jobId=job_id, reason="test over")
    batch.ends(job_id)


def test_the_first_reason_stays(batch: Batch, tmp_path: Path) -> None:
    job_id = batch.submit(["python", "-c", SLOW_TO_END, str(tmp_path / "end")])
    batch.prints(job_id, "ready")
    for reason in ("first", "second"):
        batch.client.terminate_job(jobId=job_id, reason=reason)
    (tmp_path / "end").touch()
    assert batch.ends(job_id)["statusReason"] == "first"


def test_a_job_whose_host_is_taken_while_it_is_terminated_is_not_tried_again(
    batch: Batch, aws: LocalAws, tmp_path: Path
) -> None:
    job_id = batch.submit(["python", "-c", SLOW_TO_END, str(tmp_path / "end")], retryStrategy=ANY)
    batch.prints(job_id, "ready")
    aws.order(kind="spot_reclaim", notice_seconds=20)
    wait_for(lambda: aws.control("GET", "/_faults")["faults"][0]["fired"], "the notice")
    batch.client.terminate_job(jobId=job_id, reason="changed my mind")
    (tmp_path / "end").touch()
    job = batch.ends(job_id)
    assert (job["status"], job["statusReason"], len(job["attempts"])) == ("FAILED", "changed my mind", 1)


def test_a_job_that_waits_for_its_second_attempt_does_not_get_it(batch: Batch, aws: LocalAws) -> None:
    aws.order(kind="stuck", attempt=2)
    job_id = batch.submit(["false"], retryStrategy=ANY)
    wait_for(lambda: batch.reaches(job_id, "RUNNABLE")["attempts"], "the end of the first attempt")
    batch.client.terminate_job(jobId=job_id, reason="changed my mind")
    aws.control("DELETE", "/_faults")
    batch.ends(batch.submit(["true"]))  # it waited behind the first job
    job = batch.describe(job_id)
    assert (job["status"], job["statusReason"], len(job["attempts"])) == ("FAILED", "changed my mind", 1)


class Command:
    """A fake `RunningCommand`: it ends when the test calls `end`, and ignores signals."""

    def __init__(self) -> None:
        self.code: int | None = None
        self._over = threading.Event()

    def end(self, code: int) -> None:
        self.code = code
        self._over.set()

    def output(self) -> Iterator[bytes]:
        self._over.wait()
        yield b"over\n"

    def wait(self) -> int | None:
        return self.code

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


@pytest.mark.parametrize("code", [1, 0])
def test_a_job_that_ends_by_itself_while_it_is_terminated_has_failed_for_good(tmp_path: Path, code: int) -> None:
    command = Command()
    runner = MagicMock(image_error=lambda _: None, start=lambda _: command, ending=attempt_ending.exited)
    (tmp_path / "tmp").mkdir()
    scheduler = Scheduler(runner, JobHooks(), tmp_path)
    scheduler.start("http://nowhere")
    job = single_job()
    scheduler.submit(job)
    wait_for(lambda: job.status is Status.RUNNING, "the start of the job")
    with scheduler.changed:  # so that the scheduler learns of the attempt's end after the termination
        command.end(code)
        wait_for(lambda: b"over" in (tmp_path / "logs/batch/j/0-1.log").read_bytes(), "the end of the command")
        scheduler.terminate(job.job_id, "changed my mind")
    wait_for(lambda: scheduler.attempts.running(job) is None, "the end of the attempt")
    with scheduler.changed:
        assert (job.status, job.status_reason, len(job.attempts)) == (Status.FAILED, "changed my mind", 1)
    scheduler.stop()


def single_job() -> Job:
    """A job with three attempts, in a queue with room for it."""
    queue, definition = MagicMock(priority="1"), MagicMock()
    queue.environments = [MagicMock(arn="ce", state="ENABLED", compute_resources={"maxvCpus": "1"})]
    submission = Submission(
        name="j",
        queue=queue,
        definition=definition,
        container={"image": "i", "environment": []},
        command=("true",),
        parameters={},
        vcpus=1,
        memory=128,
        retry=RetryStrategy(attempts=3),
        described={},
        timeout=None,
        tags={},
    )
    return Job(submission, "id", "arn")
