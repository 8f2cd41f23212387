"""The page of a recording in a real browser, as a person uses it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import httpx
from airflow import settings
from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from playwright.sync_api import Browser, Page, expect

from local.database import free_port
from tests.support.pipeline.chromium import PAGE_LIMIT
from tests.support.plugins.page_server import PREFIX

ROOT = Path(__file__).resolve().parents[3]
#: How long a server may take to start, and a page to change, on a busy machine.
START_SECONDS = 120


class PageServer:
    """A server of the pages that can be killed and started again on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        paths = [ROOT, ROOT / "dags", ROOT / "plugins", os.environ.get("PYTHONPATH", "")]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            # The database of this process, in which logins that ended are noted.
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": str(settings.engine.url),
        }
        command = [sys.executable, "-m", "tests.support.plugins.page_server", str(self.port)]
        self.process = subprocess.Popen(command, env=environment)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, "the server of the pages ended"
            assert time.monotonic() < deadline, "the server of the pages does not answer"
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}{PREFIX}/").status_code > 0
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End the server at once, as a lost machine does."""
        self.process.kill()
        self.process.wait()


def open_recording(browser: Browser, server: PageServer, name: str, *, role: str = "user", user: str = "ann") -> Page:
    """Open the page of a recording for a new user, in a browser of their own, and wait until it is complete."""
    page = new_visitor(browser, server, role=role, user=user)
    visit(page, server, name)
    return page


def new_visitor(browser: Browser, server: PageServer, *, role: str = "user", user: str = "ann") -> Page:
    """Return an empty page for a new user, in a browser of their own."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    account = SimpleAuthManagerUser(username=user, role=role)
    context.add_cookies([{"name": "_token", "value": get_auth_manager().generate_jwt(account), "url": server.url}])
    page = context.new_page()
    page.set_default_timeout(PAGE_LIMIT)
    return page


def visit(page: Page, server: PageServer, name: str) -> None:
    """Open the page of a recording, and wait until it is complete."""
    page.goto(f"{server.url}{PREFIX}/recording?{urlencode({'name': name})}")
    page.locator("#recording[data-ready]").wait_for()


def saved(page: Page) -> None:
    """Wait until all changes are saved."""
    expect(page.locator("#saving")).to_have_text("All changes are saved.")


def press(page: Page, *keys: str) -> None:
    """Press keys, one after the other."""
    for key in keys:
        page.keyboard.press(key)


def wait_for_audio(page: Page, condition: str) -> None:
    """Wait until a condition in JavaScript about the element `audio` is true.

    The policy of the pages forbids `eval`, with which Playwright's own `wait_for_function` works.
    """
    deadline = time.monotonic() + PAGE_LIMIT / 1000
    while not page.evaluate(f"(() => {{ const audio = document.getElementById('audio'); return {condition}; }})()"):
        assert time.monotonic() < deadline, f"not true in time: {condition}"
        page.wait_for_timeout(50)


def has_audio(page: Page) -> None:
    """Wait until the browser knows the recording."""
    wait_for_audio(page, "audio.readyState >= 1")


def edit(page: Page, number: int, text: str) -> None:
    """Replace the text of a segment, with the mouse."""
    page.locator(".segment").nth(number).locator(".word").first.dblclick()
    page.locator("textarea.text").fill(text)
