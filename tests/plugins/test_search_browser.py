"""The search in a real browser, where a script goes on until everything is searched."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.dags.bucket_objects import upload
from tests.support.pipeline.chromium import NEEDS_BROWSER
from tests.support.plugins.airflow_runs import add_run, remove_runs
from tests.support.plugins.browser_client import PREFIX
from tests.support.plugins.recording_browser import PageServer, new_visitor
from tests.support.plugins.searches import write_texts
from transcription.contract import keys
from transcription.shared.bucket import Bucket

pytestmark = NEEDS_BROWSER
NAMES = [f"searched/{number:02d}" for number in range(12)]


@pytest.fixture
def window(browser: Browser, server: PageServer, module_bucket: Bucket) -> Iterator[Page]:
    """The window of a viewer, and a run whose recordings are all corrected, in two parts."""
    remove_runs()
    write_texts(module_bucket, add_run("manual__1"), [dict.fromkeys(NAMES[:7], "old"), dict.fromkeys(NAMES[7:], "old")])
    for name in NAMES:
        upload(module_bucket, keys.corrected(name), b"corrected words")
    page = new_visitor(browser, server, role="viewer")
    yield page
    page.context.close()
    remove_runs()


def test_the_search_goes_on_by_itself_to_its_end(window: Page, server: PageServer) -> None:
    window.goto(f"{server.url}{PREFIX}/search?{urlencode({'run_id': 'manual__1', 'text': 'words'})}")
    expect(window.locator("#hits bdi")).to_have_text(NAMES)
    expect(window.locator("#searched-count")).to_have_text("12")
    expect(window.locator("#hit-count")).to_have_text("12")
    expect(window.locator("#search-on")).to_have_count(0)


def test_without_an_answer_the_link_stays(window: Page, server: PageServer) -> None:
    window.route("**/search?*start=*", lambda route: route.abort())
    window.goto(f"{server.url}{PREFIX}/search?{urlencode({'text': 'words'})}")
    expect(window.locator("#hits bdi")).to_have_text(NAMES[:2])
    expect(window.locator("#search-on")).to_be_visible()
