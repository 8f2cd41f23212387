"""JobProgress: the log shows how many children and files are done, without repeating itself."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, waits_for
from tests.support.dags.bucket_objects import make_plan
from tests.support.dags.polled_jobs import Steps, commit, logged_lines, poll, submit
from transcription.shared import batch_job


@pytest.fixture(autouse=True)
def info_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="transcription")


def first_child_exits(code: int) -> str:
    return f"import os\nif os.environ['AWS_BATCH_JOB_ARRAY_INDEX'] == '0': raise SystemExit({code})\n"


def test_the_log_shows_children_and_files(
    deployment: AirflowDeployment, gate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = submit(deployment, first_child_exits(1) + waits_for(gate))
    deployment.queue.reaches(f"{job_id}:0", "FAILED")
    deployment.queue.reaches(f"{job_id}:1", "RUNNING")

    def finish() -> None:
        commit(deployment.bucket, 0, 1)
        gate.touch()

    job = poll(deployment, job_id, Steps(finish))
    assert job["status"] == batch_job.JOB_FAILED
    lines = logged_lines(caplog, job_id)
    assert lines[0] == "children 1 running, 1 failed; files 0 of 3 done"
    assert lines[-1] == "children 1 succeeded, 1 failed; files 2 of 3 done"


def test_what_does_not_change_is_not_logged_again(
    deployment: AirflowDeployment, gate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A job that is polled every 30 seconds for a night would fill the log, and count the files each time."""
    job_id = submit(deployment, waits_for(gate))
    deployment.queue.reaches(f"{job_id}:1", "RUNNING")
    nothing: list[Callable[[], object]] = [lambda: None] * 5
    deployment.aws.control("DELETE", "/_calls")
    poll(deployment, job_id, Steps(*nothing, gate.touch))
    lines = logged_lines(caplog, job_id)
    assert len(set(lines)) == len(lines)
    assert deployment.calls("s3")["LIST runs/"] == len(lines)
    assert deployment.calls("batch")["DescribeJobs"] > len(lines) + 3


def test_files_are_counted_every_minute_though_no_child_ends(
    deployment: AirflowDeployment, gate: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcription.transcribe.job_progress._COUNT_EVERY", 0.0)
    job_id = submit(deployment, waits_for(gate))
    deployment.queue.reaches(f"{job_id}:1", "RUNNING")
    poll(deployment, job_id, Steps(lambda: commit(deployment.bucket, 0), lambda: None, gate.touch))
    assert "children 2 running; files 1 of 3 done" in logged_lines(caplog, job_id)


def test_more_files_than_one_listing_holds_are_not_counted_at_every_change(
    deployment: AirflowDeployment, gate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """S3 lists 1,000 in a call."""
    job_id = submit(deployment, first_child_exits(0) + waits_for(gate))
    deployment.queue.reaches(f"{job_id}:1", "RUNNING")
    deployment.aws.control("DELETE", "/_calls")
    poll(deployment, job_id, Steps(gate.touch), make_plan(files=1_001))
    assert len(logged_lines(caplog, job_id)) > 1
    assert deployment.calls("s3") == {"LIST runs/": 1}
