"""The Airflow UI as people meet it, in a real browser: log in, press Trigger, see the run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from local import runs
from local.airflow import DAG_ID, USER
from tests.integration.pipeline import Pipeline

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no browser here; `apt install chromium` brings one")
#: How long a page of a busy machine may take, in milliseconds.
PATIENCE = 60_000


@pytest.fixture
def page() -> Iterator[Page]:
    # Without the sandbox, because CI is root; without background traffic, because CI has no network.
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=arguments)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        yield page
        browser.close()


def test_pressing_trigger_with_nothing_filled_in_transcribes(pipeline: Pipeline, clip: Path, page: Page) -> None:
    """A parameter that demands a value disables the button, which no call of the API would notice."""
    pipeline.upload("input/a.wav", clip.read_bytes())
    airflow = pipeline.stack.airflow
    page.goto(airflow.url)
    page.fill("input[name=username]", USER)
    page.fill("input[name=password]", airflow.password)
    page.click("button[type=submit]")
    page.get_by_role("link", name="Dags").first.wait_for()
    page.goto(f"{airflow.url}/dags/{DAG_ID}")
    page.get_by_role("button", name="Trigger").first.click()
    page.get_by_test_id("trigger-dag-submit").click()
    page.wait_for_url("**/runs/**")  # the run's page opens by itself
    with airflow.client() as client:
        run = runs.wait(client, unquote(page.url.rpartition("/runs/")[2]), limit=300)
    assert run.state == "success"
    assert pipeline.keys("processed/") == ["processed/a.wav"]


def test_nobody_sees_anything_without_logging_in(pipeline: Pipeline, page: Page) -> None:
    page.goto(f"{pipeline.stack.airflow.url}/dags/{DAG_ID}")
    expect(page.locator("input[name=password]")).to_be_visible(timeout=PATIENCE)
