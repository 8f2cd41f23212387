"""Every page can be used by people who see badly, with the keyboard alone, and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_type_hints

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page
from starlette.responses import HTMLResponse

from tests.support.pipeline.chromium import NEEDS_BROWSER
from tests.support.plugins.accessibility import (
    PHONE,
    WIDTHS,
    broken_figures,
    excess_width,
    grave_findings,
    unreachable_controls,
)
from tests.support.plugins.filled_site import PAGES
from tests.support.plugins.recording_browser import PageServer, new_visitor
from transcript_pages.app import ROUTERS

pytestmark = NEEDS_BROWSER


@pytest.fixture(scope="module")
def window(browser: Browser, server: PageServer) -> Iterator[Page]:
    """The window of a user who may change recordings and start runs."""
    page = new_visitor(browser, server)
    yield page
    page.context.close()


def open_page(window: Page, site: str, path: str, width: int = 1200) -> None:
    """Open a page, and wait until its scripts have filled it."""
    window.set_viewport_size({"width": width, "height": 900})
    window.goto(f"{site}{PAGES[path]}")
    window.locator("h1").wait_for()
    if path == "/recording":
        window.locator("#recording[data-ready]").wait_for()
    if path == "/failed":
        window.get_by_text("The file is empty").wait_for()


def test_the_list_has_every_page() -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    pages = {route.path for route in routes if get_type_hints(route.endpoint)["return"] is HTMLResponse}
    assert pages == PAGES.keys() - {"/search without a run", "/recordings, unsure words first", "error"}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_core_finds_nothing_serious(window: Page, site: str, path: str, theme: str) -> None:
    window.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of the two themes
    open_page(window, site, path)
    assert grave_findings(window) == []


@pytest.mark.parametrize("path", PAGES)
def test_the_tab_key_reaches_every_link_button_and_field(window: Page, site: str, path: str) -> None:
    open_page(window, site, path)
    assert unreachable_controls(window) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_on_a_phone(window: Page, site: str, path: str) -> None:
    open_page(window, site, path, width=PHONE)
    assert excess_width(window) <= 0


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_times_and_numbers_stand_on_one_line(window: Page, site: str, path: str, width: int) -> None:
    open_page(window, site, path, width)
    if path == "/":
        window.locator("#rates").wait_for()
    assert broken_figures(window) == []
