"""The button "Use this model" in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.dags.bucket_objects import upload
from tests.support.pipeline.chromium import NEEDS_BROWSER
from tests.support.plugins.browser_client import PREFIX
from tests.support.plugins.recording_browser import PageServer, new_visitor
from transcription.contract import keys
from transcription.contract.default_model import DefaultModel
from transcription.shared.bucket import Bucket

pytestmark = NEEDS_BROWSER


@pytest.fixture
def window(browser: Browser, server: PageServer, module_bucket: Bucket) -> Iterator[Page]:
    """The page Models of a user who may edit, with one model in the bucket."""
    upload(module_bucket, "models/court/court.pbmm", b"model")
    page = new_visitor(browser, server)
    page.goto(f"{server.url}{PREFIX}/models")
    yield page
    page.context.close()


def test_a_click_uses_a_model_and_another_one_goes_back(window: Page, module_bucket: Bucket) -> None:
    court, image = (window.locator("#models tr").filter(has_text=name) for name in ("court", "container image"))
    expect(image.get_by_text("in use")).to_be_visible()
    window.get_by_label("Why").fill("fewer errors")
    court.get_by_role("button").click()
    expect(court.get_by_text("in use")).to_be_visible()
    assert module_bucket.read_record(DefaultModel, keys.DEFAULT_MODEL).changes[0].reason == "fewer errors"
    image.get_by_role("button").click()
    expect(image.get_by_text("in use")).to_be_visible()
    assert module_bucket.read_record(DefaultModel, keys.DEFAULT_MODEL).model == ""


def test_a_choice_on_an_old_page_is_refused_with_a_message(window: Page, module_bucket: Bucket) -> None:
    other = DefaultModel().changed_to("other", changed="2026-11-22T01:00:00+00:00", by="ben")
    module_bucket.write_record(keys.DEFAULT_MODEL, other)
    window.locator("button.use").first.click()
    expect(window.locator("#message")).to_contain_text("Somebody has chosen another model")
    assert module_bucket.read_record(DefaultModel, keys.DEFAULT_MODEL) == other
