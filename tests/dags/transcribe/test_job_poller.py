"""Watching a job: people see how far it is, and a job that never starts does not wait for ever."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.support.dags.airflow_deployment import Deployment, Impatient, waits_for
from tests.support.dags.bucket_objects import make_plan, upload
from transcription.contract.errors import JobStuck
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Plan
from transcription.shared import batch_job
from transcription.shared.batch_client import Batch
from transcription.shared.batch_job import Described
from transcription.shared.bucket import Bucket
from transcription.transcribe.job_poller import Interrupted, Watch

PLAN = make_plan(files=3)


class Steps(Impatient):
    """An event that does one thing each time somebody waits for it: so tests go on where they know what was seen."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        super().__init__()
        self._steps = iter(steps)

    def wait(self, timeout: float | None = None) -> bool:
        next(self._steps, lambda: None)()
        return super().wait(timeout)


@pytest.fixture(autouse=True)
def shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="transcription")


def lines(caplog: pytest.LogCaptureFixture, job_id: str) -> list[str]:
    """What was said about a job."""
    said = [each.getMessage() for each in caplog.records if each.name == "transcription.transcribe.job_poller"]
    assert all(line.startswith(f"Job {job_id} ") or line.startswith(f"Job {job_id}:") for line in said)
    return [line.removeprefix(f"Job {job_id}").lstrip(": ") for line in said]


@pytest.fixture
def submit(deployment: Deployment) -> Callable[..., str]:
    def submit(code: str, children: int = 2) -> str:
        definition = deployment.define(code)
        return Batch(deployment.queue.queue).submit(batch_job.name_of(PLAN.run), definition, children, {}, set())

    return submit


def watch(deployment: Deployment, job_id: str, interrupted: Event | None = None, plan: Plan = PLAN) -> Described:
    batch = Batch(deployment.queue.queue)
    return Watch(batch, deployment.bucket, plan, deployment.settings, interrupted or Impatient()).until_over(job_id)


def commit(bucket: Bucket, *numbers: int) -> None:
    """Let files be done."""
    for number in numbers:
        upload(bucket, RunKeys(PLAN.run).result(number), b"{}")


def test_a_job_is_watched_until_its_end(deployment: Deployment, submit: Callable[..., str]) -> None:
    assert watch(deployment, submit("pass", 2))["status"] == batch_job.SUCCEEDED
    assert watch(deployment, submit("raise SystemExit(1)", 1))["status"] == batch_job.FAILED


def test_the_log_tells_of_children_and_files(
    deployment: Deployment, submit: Callable[..., str], gate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = "import os\nif os.environ['AWS_BATCH_JOB_ARRAY_INDEX'] == '0': raise SystemExit(1)\n"
    job_id = submit(first + waits_for(gate))
    deployment.queue.reaches(f"{job_id}:0", "FAILED")
    deployment.queue.reaches(f"{job_id}:1", "RUNNING")

    def finish() -> None:
        commit(deployment.bucket, 0, 1)
        gate.touch()

    found = watch(deployment, job_id, Steps(finish))
    assert found["status"] == batch_job.FAILED
    said = lines(caplog, job_id)
    assert said[0] == "children 1 running, 1 failed; files 0 of 3 done"
    assert said[-1] == "children 1 succeeded, 1 failed; files 2 of 3 done"


def test_what_does_not_change_is_not_said_again(
    deployment: Deployment, submit: Callable[..., str], gate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A job of a night looked at every 30 seconds would fill the log, and count the files each time."""
    job_id = submit(waits_for(gate))
    deployment.queue.reaches(f"{job_id}:1", "RUNNING")
    nothing: list[Callable[[], object]] = [lambda: None] * 5
    deployment.aws.control("DELETE", "/_calls")
    watch(deployment, job_id, Steps(*nothing, gate.touch))
    said = lines(caplog, job_id)
    assert len(set(said)) == len(said)
    assert deployment.calls("s3")["LIST runs/"] == len(said)
    assert deployment.calls("batch")["DescribeJobs"] > len(said) + 3


def test_files_are_counted_every_minute_though_no_child_ends(
    deployment: Deployment,
    submit: Callable[..., str],
    gate: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("transcription.transcribe.job_poller._COUNT_EVERY", 0.0)
    job_id = submit(waits_for(gate))
    deployment.queue.reaches(f"{job_id}:1", "RUNNING")
    watch(deployment, job_id, Steps(lambda: commit(deployment.bucket, 0), lambda: None, gate.touch))
    assert "children 2 running; files 1 of 3 done" in lines(caplog, job_id)


def test_counting_very_many_files_is_not_done_at_every_change(
    deployment: Deployment, submit: Callable[..., str], gate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """S3 lists 1,000 in a call."""
    first = "import os\nif os.environ['AWS_BATCH_JOB_ARRAY_INDEX'] == '0': raise SystemExit(0)\n"
    job_id = submit(first + waits_for(gate))
    deployment.queue.reaches(f"{job_id}:1", "RUNNING")
    deployment.aws.control("DELETE", "/_calls")
    watch(deployment, job_id, Steps(gate.touch), make_plan(files=1_001))
    assert len(lines(caplog, job_id)) > 1
    assert deployment.calls("s3") == {"LIST runs/": 1}


def test_a_task_that_has_to_end_while_it_counts_ends(
    deployment: Deployment, submit: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow kills it after five seconds, and 100,000 results are 100 calls."""
    interrupted, listed = Impatient(), []

    def results(_: Bucket, prefix: str) -> Iterator[str]:
        for number in range(3):
            interrupted.set()
            listed.append(number)
            yield f"{prefix}{number}"

    monkeypatch.setattr(Bucket, "list", results)
    with pytest.raises(Interrupted):
        watch(deployment, submit("pass", 1), interrupted)
    assert listed == [0]


def test_a_task_that_has_to_end_leaves_the_job_alone(
    deployment: Deployment, submit: Callable[..., str], gate: Path
) -> None:
    job_id = submit(waits_for(gate))
    deployment.queue.reaches(f"{job_id}:1", "RUNNING")
    interrupted = Steps()
    interrupted._steps = iter([interrupted.set])
    with pytest.raises(Interrupted):
        watch(deployment, job_id, interrupted)
    assert "TerminateJob" not in deployment.calls("batch")
    assert not batch_job.is_over(deployment.queue.describe(job_id))
    gate.touch()
    assert deployment.queue.ends(job_id)["status"] == "SUCCEEDED"


def test_a_task_that_had_to_end_before_asks_for_nothing(deployment: Deployment) -> None:
    interrupted = Event()
    interrupted.set()
    with pytest.raises(Interrupted):
        watch(deployment, "no-such-job", interrupted)
    assert deployment.calls("batch") == {}


@pytest.mark.parametrize("children", [1, 2])
def test_a_job_that_never_starts_is_ended_after_the_limit_with_batchs_reason(
    deployment: Deployment, submit: Callable[..., str], caplog: pytest.LogCaptureFixture, children: int
) -> None:
    deployment.configure(start_limit_minutes=0.01)
    deployment.aws.order(kind="stuck", reason="MISCONFIGURATION:NO_ROOM - make some")
    job_id = submit("pass", children)
    deployment.queue.reaches(f"{job_id}:1" if children > 1 else job_id, "RUNNABLE")
    with pytest.raises(JobStuck) as caught:
        watch(deployment, job_id)
    assert f"{job_id} for 0.01 minutes" in caught.value.message
    assert "MISCONFIGURATION:NO_ROOM - make some" in caught.value.message
    assert "compute environment" in caught.value.message
    ended = deployment.queue.ends(job_id)
    assert (ended["status"], ended["statusReason"]) == ("FAILED", "Nothing of it was started for 0.01 minutes")
    waits = [line for line in lines(caplog, job_id) if line.startswith("waits")]
    assert waits == ["waits for a machine: MISCONFIGURATION:NO_ROOM - make some"]


def test_a_job_that_waits_without_a_reason_is_ended_too(
    deployment: Deployment, submit: Callable[..., str], gate: Path
) -> None:
    deployment.configure(start_limit_minutes=0.01)
    busy = submit(waits_for(gate))
    deployment.queue.reaches(f"{busy}:1", "RUNNING")
    with pytest.raises(JobStuck, match="What Batch says: nothing"):
        watch(deployment, submit("pass"))
    gate.touch()
    assert deployment.queue.ends(busy)["status"] == "SUCCEEDED"


def test_a_job_of_which_the_rest_never_starts_is_ended_and_what_is_done_is_kept(
    deployment: Deployment, submit: Callable[..., str]
) -> None:
    deployment.configure(start_limit_minutes=0.01)
    deployment.aws.order(kind="stuck", child=1)
    job_id = submit("pass")
    deployment.queue.reaches(f"{job_id}:0", "SUCCEEDED")
    with pytest.raises(JobStuck, match="INSUFFICIENT_INSTANCE_CAPACITY"):
        watch(deployment, job_id)
    assert deployment.queue.ends(f"{job_id}:1")["status"] == "FAILED"
    assert deployment.queue.describe(f"{job_id}:0")["status"] == "SUCCEEDED"


def test_a_job_that_works_is_never_given_up(deployment: Deployment, submit: Callable[..., str], gate: Path) -> None:
    """The limit is for starting: an hour of audio may take an hour."""
    deployment.configure(start_limit_minutes=0.01)
    deployment.aws.order(kind="stuck", child=1)
    job_id = submit(waits_for(gate))
    deployment.queue.reaches(f"{job_id}:0", "RUNNING")
    begun = time.monotonic()

    def go_on_after_the_limit() -> None:
        if time.monotonic() - begun > 1.2:
            deployment.aws.control("DELETE", "/_faults")
            deployment.queue.reaches(f"{job_id}:1", "RUNNING", "SUCCEEDED")
            gate.touch()

    found = watch(deployment, job_id, Steps(*[go_on_after_the_limit] * 1_000))
    assert found["status"] == batch_job.SUCCEEDED
