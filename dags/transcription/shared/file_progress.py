"""The progress of a task that handles every file of a run, in the task's log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from transcription.shared.cost import duration

log = logging.getLogger(__name__)

#: Seconds between two log lines.
LOG_EVERY = 60.0


class FileProgress:
    """Log once a minute how many files a task has handled, how many per second, and the time left.

    Args:
        action: what the task does with a file, for the log: a past participle such as `verified`.
        files: the number of files.
        clock: a function that returns the time in seconds.
    """

    def __init__(self, action: str, files: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._action, self._files, self._clock = action, files, clock
        self._begun = self._logged = clock()
        self._skipped = self._handled = 0

    def skip(self, files: int) -> None:
        """Count files that an earlier attempt of the task has handled. The rate does not include them."""
        self._skipped += files

    def count(self, files: int = 1) -> None:
        """Count files that are handled. Write a log line if the last one is a minute old."""
        self._handled += files
        now = self._clock()
        if now - self._logged < LOG_EVERY:
            return
        self._logged = now
        rate = self._handled / (now - self._begun)
        done = self._skipped + self._handled
        log.info(
            "%s %d of %d files, %.0f per second, about %s left.",
            *(self._action.capitalize(), done, self._files, rate, duration((self._files - done) / rate / 3600)),
        )
