"""The command `make pictures`: take the pictures and the film of the pages, which README and docs show."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import quote, urlencode

from playwright.sync_api import Page
from rich.console import Console

from local.browser import BROWSER, log_in, open_browser
from local.command_line import run_command
from local.configuration import USER
from local.errors import StackError
from local.paths import LOCAL, ROOT
from local.pictures import example_bucket
from local.pictures.film import new_film
from local.stack import Stack

FOLDER = ROOT / "docs" / "pictures"
_STATE = LOCAL / "pictures"
#: The size of the pictures, in CSS pixels.
_WIDTH, _HEIGHT = 1100, 720
_LIMIT = 60_000


def take_pictures(console: Console) -> None:
    """Take all pictures, in a stack of its own.

    Raises:
        StackError: There is no browser, or the stack did not start.
    """
    if BROWSER is None:
        raise StackError("The pictures need Chromium: `apt install chromium`.")
    FOLDER.mkdir(exist_ok=True)
    console.print("Starting a stack, and transcribing the demo recordings three times …")
    with Stack(_STATE) as stack, open_browser() as browser:
        run_id = example_bucket.fill(stack)
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT}, color_scheme="light")
        page.set_default_timeout(_LIMIT)
        pages = f"{stack.airflow.url}/transcripts"
        page.goto(f"{pages}/")
        log_in(page, USER, stack.airflow.password)
        page.wait_for_url(f"{pages}/")
        _take(page, f"{pages}/", "runs")
        _take(page, f"{pages}/run?{urlencode({'run_id': run_id})}", "run")
        _take(page, f"{pages}/failed", "failed", ready=".reason:not(:text-is('…'))")
        recording = f"{pages}/recording?name={quote(example_bucket.CONVERSATION, safe='')}"
        _take(page, recording, "recording", ready="#waveform canvas")
        _choose_model(page, f"{pages}/models")
        _take(page, f"{pages}/models", "models", ready="#models .good")
        _film(page, pages, FOLDER / "correcting.webp")
    for path in sorted(FOLDER.iterdir()):
        console.print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


def _take(page: Page, address: str, name: str, *, ready: str = "h1") -> None:
    """Take a picture of a page.

    Args:
        page: The window.
        address: The address of the page.
        name: The name of the file.
        ready: An element that the page shows when it is complete.
    """
    page.goto(address)
    page.locator(ready).first.wait_for()
    page.screenshot(path=FOLDER / f"{name}.png")


def _choose_model(page: Page, address: str) -> None:
    """Use the model that was taught, as a person does."""
    page.goto(address)
    page.get_by_label("Why").fill("fewer errors in our calls")
    page.get_by_role("row").filter(has_text=example_bucket.MODEL).get_by_role("button").click()
    page.locator("#models tr", has_text=example_bucket.MODEL).locator(".good").wait_for()


def _film(page: Page, pages: str, path: Path) -> None:
    """Film how a person searches for a word, listens to a recording and corrects it."""
    page.set_viewport_size({"width": 900, "height": 600})
    page.goto(f"{pages}/")
    film, folder = new_film(page)
    with folder:
        film.show(1000)
        page.get_by_label("Words in the newest transcripts").click()
        film.type("window")
        page.keyboard.press("Enter")
        page.locator(".hits a", has_text=example_bucket.CONVERSATION).wait_for()
        film.show(1800)
        page.locator(".hits a", has_text=example_bucket.CONVERSATION).click()
        page.locator("#waveform canvas").first.wait_for()
        film.show(1500)
        page.locator("#play").click()
        film.watch(3)
        page.locator("#play").click()
        page.get_by_role("button", name="Edit", exact=True).click()
        film.show(1000)
        film.type("the ")
        page.keyboard.press("Control+Enter")
        page.get_by_text("All changes are saved.").wait_for()
        film.show(2500)
        film.save(path)


if __name__ == "__main__":
    sys.exit(run_command(take_pictures))
