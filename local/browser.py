"""Headless Chromium, and the login page of Airflow in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

#: The program; None if this machine has none.
BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Run a browser until the block ends."""
    # CI is root, so Chromium needs --no-sandbox. CI has no network, so background traffic is off.
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=arguments)
        yield browser
        browser.close()


def log_in(page: Page, user: str, password: str) -> None:
    """Fill in Airflow's login page, which is open."""
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
