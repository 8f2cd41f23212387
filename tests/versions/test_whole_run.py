"""One whole run through the real stack, in each version of Airflow that the other tests do not run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.aws_client import batch_client
from local.paths import DEMO_CLIPS
from local.resources import QUEUE
from local.runs import Run
from local.stack import Stack
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.waiting import until

SAID: dict[str, str] = dict(sorted(json.loads((DEMO_CLIPS / "transcripts.json").read_text()).items())[:4])


@pytest.fixture(scope="module")
def pipeline(stack: Stack) -> Pipeline:
    return Pipeline(stack)


@pytest.fixture(scope="module")
def run(pipeline: Pipeline) -> Run:
    for clip in SAID:
        pipeline.upload(f"input/{clip}", (DEMO_CLIPS / clip).read_bytes())
    return pipeline.run()


def test_recordings_become_transcripts_and_are_moved(pipeline: Pipeline, run: Run) -> None:
    assert run.state == "success"
    for clip, text in SAID.items():
        assert pipeline.read(f"output/{clip.removesuffix('.wav')}").decode() == f"{text}\n"
    assert pipeline.keys("processed/") == [f"processed/{clip}" for clip in SAID]
    assert pipeline.keys("input/") == []


def test_the_work_is_shared_out_as_a_setting_says(pipeline: Pipeline, run: Run) -> None:
    assert run.state == "success"
    batch = batch_client(pipeline.endpoint)
    (job,) = batch.list_jobs(jobQueue=QUEUE, jobStatus="SUCCEEDED")["jobSummaryList"]
    assert job["arrayProperties"]["size"] == 3


def test_the_stack_runs_the_version_that_it_was_asked_for(stack: Stack) -> None:
    with stack.airflow.client() as client:
        assert client.get("/version").json()["version"] == stack.version


def test_a_component_can_join_later(stack: Stack) -> None:
    with stack.airflow.client() as client:

        def status() -> Any:
            return client.get("/monitor/health").json()["triggerer"]["status"]

        assert status() is None
        stack.airflow.start_component("triggerer")
        until("a healthy triggerer", lambda: status() == "healthy")
