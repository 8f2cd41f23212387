"""Headless Chromium for tests, which are skipped without it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from local.browser import BROWSER, log_in, open_browser

__all__ = ["NEEDS_BROWSER", "PAGE_LIMIT", "log_in", "new_page", "open_browser"]

NEEDS_BROWSER = pytest.mark.skipif(BROWSER is None, reason="no browser here; `apt install chromium` brings one")
#: How long a page may take on a busy machine, in milliseconds.
PAGE_LIMIT = 60_000
# Without it, an expectation fails after 5 seconds.
expect.set_options(timeout=PAGE_LIMIT)


def new_page(browser: Browser) -> Page:
    """Return an empty page with cookies of its own."""
    page = browser.new_page(viewport={"width": 1200, "height": 1600})
    page.set_default_timeout(PAGE_LIMIT)
    return page
