"""The pictures of the pages: they exist, pages show them, and they stay small."""

from __future__ import annotations

import re

from tests.support.markdown_pages import PAGES, ROOT

FOLDER = ROOT / "docs" / "pictures"
FILM = FOLDER / "correcting.webp"


def test_every_picture_is_shown_by_a_page() -> None:
    pictures = {path.name for path in FOLDER.iterdir()}
    assert FILM.name in pictures
    shown = {name for page in PAGES for name in re.findall(r"!\[[^\]]+\]\([^)]*pictures/([^)]+)\)", page.text)}
    assert shown == pictures


def test_the_pictures_and_the_film_are_small() -> None:
    assert FILM.stat().st_size < 2_000_000
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3_000_000
