"""The tasks after transcription are killed in the middle of many files, and continue where they were."""

from __future__ import annotations

import pytest

from benchmarks.full_bucket import finished_run
from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import RUN
from tests.support.dags.task_process import run_in_process
from tests.support.standin.standin_server import LocalAws
from transcription.contract.run_keys import RunKeys
from transcription.report.run_report import Report

#: Two pages of outcomes, the second one with 100 files.
FILES = 1_100
SHARDS = FILES // 100
#: The files of the second page, in which the tasks are killed.
REPEATED = FILES - 1_000


@pytest.fixture
def deployment(deployment: AirflowDeployment) -> AirflowDeployment:
    """The deployment, with a run whose children have transcribed all files."""
    audio = [f"input/{number:04d}.wav" for number in range(FILES)]
    finished_run.fill(deployment.aws.endpoint, deployment.bucket.name, audio, RUN)
    return deployment


def kill(aws: LocalAws, task: str, action: str, at_request: int) -> None:
    """Run a task that is killed at a request, before the request is carried out."""
    aws.order(kind="kill", action=action, at_request=at_request)
    assert run_in_process(task) == -9
    aws.control("DELETE", "/_faults")
    aws.control("DELETE", "/_calls")


def test_a_task_that_was_killed_repeats_only_the_page_at_which_it_was_killed(
    deployment: AirflowDeployment, aws: LocalAws
) -> None:
    kill(aws, "verify_transcripts", "GET output/", 2 * 1_050)
    assert run_in_process("verify_transcripts") == 0
    # LIST runs/: the folders of this run id, and two pages of result records.
    # GET runs/: the origin, the plan, the shards, two looks for a page of the killed attempt, and the result records.
    # PUT runs/: the texts and the outcomes of the last page.
    assert deployment.calls("s3") == {
        "GET runs/": 1 + 1 + SHARDS + 2 + REPEATED,
        "LIST runs/": 1 + 2,
        "GET output/": 2 * REPEATED,
        "PUT runs/": 2,
    }

    kill(aws, "move_to_processed", "COPY processed/", 1_050)
    assert run_in_process("move_to_processed") == 0
    # GET runs/: the origin, two pages of verification, of which the first shows how many there are, and two looks for a
    # page.
    assert deployment.calls("s3") == {
        "GET runs/": 1 + 2 + 2,
        "LIST runs/": 1,
        "COPY processed/": REPEATED,
        "POST ?delete": 1,
        "PUT runs/": 1,
    }
    assert list(deployment.bucket.list("input/")) == []
    assert len(list(deployment.bucket.list("processed/"))) == FILES

    kill(aws, "report", "PUT runs/", 1)
    assert run_in_process("report") == 0
    # GET runs/: the origin, the plan, two pages of moving, the job, the lease, and what was announced before.
    # PUT runs/: the report, and what is announced.
    assert deployment.calls("s3") == {"GET runs/": 1 + 1 + 2 + 1 + 1 + 1, "LIST runs/": 1, "PUT runs/": 2}
    report = deployment.bucket.read_record(Report, RunKeys(RUN).report)
    assert (report.transcribed, report.planned, report.not_transcribed) == (FILES, FILES, ())
