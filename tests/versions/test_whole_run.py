"""One whole run on the real stack, in each version of Airflow that the other tests do not use."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import expect

from local.airflow import DAG_ID
from local.aws_client import batch_client
from local.configuration import USER
from local.paths import DEMO_CLIPS
from local.resources import QUEUE
from local.runs import Run
from local.stack import Stack
from tests.support.pipeline.chromium import NEEDS_BROWSER, log_in, new_page, open_browser
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.waiting import until

#: The text of each uploaded clip.
TEXTS: dict[str, str] = dict(sorted(json.loads((DEMO_CLIPS / "transcripts.json").read_text()).items())[:4])


@pytest.fixture(scope="module")
def pipeline(stack: Stack) -> Pipeline:
    return Pipeline(stack)


@pytest.fixture(scope="module")
def run(pipeline: Pipeline) -> Run:
    for clip in TEXTS:
        pipeline.put(f"input/{clip}", (DEMO_CLIPS / clip).read_bytes())
    return pipeline.run()


def test_recordings_become_transcripts_and_are_moved(pipeline: Pipeline, run: Run) -> None:
    assert run.state == "success"
    for clip, text in TEXTS.items():
        assert pipeline.read(f"output/{clip.removesuffix('.wav')}").decode() == f"{text}\n"
    assert pipeline.keys("processed/") == [f"processed/{clip}" for clip in TEXTS]
    assert pipeline.keys("input/") == []


def test_the_setting_max_children_limits_the_children(pipeline: Pipeline, run: Run) -> None:
    assert run.state == "success"
    batch = batch_client(pipeline.endpoint)
    (job,) = batch.list_jobs(jobQueue=QUEUE, jobStatus="SUCCEEDED")["jobSummaryList"]
    assert job["arrayProperties"]["size"] == 3


def test_the_pages_show_the_run_and_start_another(stack: Stack, run: Run) -> None:
    pages = f"{stack.airflow.url}/transcripts/"
    with stack.airflow.client() as client:
        listed = client.get(pages).raise_for_status().text
        assert f"/transcripts/run?{urlencode({'run_id': run.run_id})}" in listed
        assert f'<td class="number">{len(TEXTS)}</td>' in listed
        report = client.get(f"{pages}run", params={"run_id": run.run_id}).raise_for_status().text
        assert all(clip.removesuffix(".wav") in report for clip in TEXTS)
        (token,) = re.findall(r'name="forgery-token" content="([^"]*)"', report)
        started = client.post(f"{pages}runs", json={"prefix": "none/"}, headers={"X-Forgery-Token": token})
        run_id = started.raise_for_status().json()["run_id"]
        assert client.get(f"/dags/{DAG_ID}/dagRuns/{run_id}").json()["conf"] == {"prefix": "none/"}
    assert httpx.get(pages).status_code == 401


@NEEDS_BROWSER
def test_airflows_navigation_leads_to_the_pages(stack: Stack) -> None:
    if stack.version.startswith("3.0."):
        pytest.skip("the UI of Airflow 3.0 shows no entries of plugins")
    with open_browser() as browser:
        page = new_page(browser)
        page.goto(stack.airflow.url)
        log_in(page, USER, stack.airflow.password)
        page.get_by_role("link", name="Transcripts", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Runs")


def test_the_stack_runs_the_chosen_version(stack: Stack) -> None:
    with stack.airflow.client() as client:
        assert client.get("/version").json()["version"] == stack.version


def test_a_component_can_be_started_later(stack: Stack) -> None:
    with stack.airflow.client() as client:

        def status() -> Any:
            return client.get("/monitor/health").json()["triggerer"]["status"]

        assert status() is None
        stack.airflow.start_component("triggerer")
        until("a healthy triggerer", lambda: status() == "healthy")
