"""A film of a page, as an animated picture: one frame for each step that a person takes."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from local.paths import IMAGE_ENV

_ENCODER = Path(__file__).with_name("film_encoder.py")


class Film:
    """The frames of a film.

    Args:
        page: The page.
        folder: A folder for the frames.
    """

    def __init__(self, page: Page, folder: Path) -> None:
        self._page = page
        self._folder = folder
        self._milliseconds: list[int] = []

    def show(self, milliseconds: int) -> None:
        """Add a frame with what the page shows now.

        Args:
            milliseconds: How long the film shows it.
        """
        self._page.screenshot(path=self._folder / f"{len(self._milliseconds):04d}.png")
        self._milliseconds.append(milliseconds)

    def watch(self, seconds: float, *, every: int = 200) -> None:
        """Add frames of a page that changes by itself.

        Args:
            seconds: How long to watch.
            every: The time between two frames, in milliseconds.
        """
        for _ in range(int(seconds * 1000 / every)):
            self.show(every)
            self._page.wait_for_timeout(every)

    def type(self, text: str, *, every: int = 130) -> None:
        """Type a text, with a frame for each letter.

        Args:
            text: The text.
            every: How long the film shows each letter, in milliseconds.
        """
        for letter in text:
            self._page.keyboard.type(letter)
            self.show(every)

    def save(self, path: Path) -> None:
        """Write the film as an animated WebP file, which browsers and GitHub show as a picture."""
        (self._folder / "milliseconds.json").write_text(json.dumps(self._milliseconds))
        # The environment of the container has the encoder.
        subprocess.run([IMAGE_ENV / "bin" / "python", _ENCODER, self._folder, path], check=True)


def new_film(page: Page) -> tuple[Film, tempfile.TemporaryDirectory[str]]:
    """Return an empty film, and the folder of its frames, which the caller removes."""
    folder = tempfile.TemporaryDirectory()
    return Film(page, Path(folder.name)), folder
