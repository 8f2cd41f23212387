"""The log of a shard, with one line for each finished file."""

from __future__ import annotations

import logging
import threading

from transcription.contract.manifest import Item
from transcription.contract.result import Result

log = logging.getLogger(__name__)


class ShardLog:
    """A log that counts the finished files of a shard and says what happened to each. It is safe to use from threads.

    Args:
        files: the number of files in the shard.
    """

    def __init__(self, files: int) -> None:
        self._files = files
        self._finished = 0
        self._lock = threading.Lock()

    def finish(self, item: Item, text: str, level: int = logging.INFO) -> None:
        """Log `text` for a file, with its number among the finished files: `3/40 input/a.wav …`."""
        with self._lock:
            self._finished += 1
            log.log(level, "%d/%d %s %s", self._finished, self._files, item.key, text)


def summary(result: Result) -> str:
    """Summarise a result in one line: speed and number of words, or the code and the message of a failure."""
    if result.failure:
        return f"{result.status} {result.failure.code}: {result.failure.message}"
    assert result.audio is not None, "a transcribed file has audio"  # noqa: S101 - for mypy
    seconds = result.audio.seconds
    content = "no speech" if result.no_speech else f"{result.words} words, confidence {result.confidence:.2f}"
    speed = f"RTF {result.cpu_seconds / seconds:.2f}, {result.wall_seconds:.1f} s"
    return " ".join([f"{seconds:.1f} s of audio ({speed}) {content}", *result.audio.notes])
