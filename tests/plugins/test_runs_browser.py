"""The page with the runs in a real browser, where a script adds what corrections say about models."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, expect

from tests.support.dags.bucket_objects import upload
from tests.support.pipeline.chromium import NEEDS_BROWSER
from tests.support.plugins.browser_client import PREFIX
from tests.support.plugins.recording_browser import PageServer, new_visitor
from transcription.contract import keys
from transcription.shared.bucket import Bucket

pytestmark = NEEDS_BROWSER
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("model", ["court", HOSTILE])
def test_the_page_shows_what_corrections_say_about_models(
    browser: Browser, server: PageServer, module_bucket: Bucket, model: str
) -> None:
    page = new_visitor(browser, server, role="viewer")
    page.goto(f"{server.url}{PREFIX}/")
    expect(page.locator("#rates")).to_be_hidden()
    errors = {"model": model, "month": "2026-11", "words": 1200, "errors": 60, "segments": 9, "checked": 4}
    record = {"recordings": {"talk": {**errors, "seconds": 61.5}}}
    upload(module_bucket, keys.CORRECTED_ERRORS, json.dumps(record).encode())
    page.reload()
    expect(page.locator("#rates")).to_be_visible()
    expect(page.locator("#rates td")).to_have_text(["2026-11", model, "1,200", "5.0 %"])
    module_bucket.client.delete_object(Bucket=module_bucket.name, Key=keys.CORRECTED_ERRORS)
    page.context.close()
