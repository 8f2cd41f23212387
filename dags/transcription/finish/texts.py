"""The texts of a run, in a few large objects, so that a search needs no request for each transcript."""

from __future__ import annotations

from dataclasses import dataclass

from transcription.contract import keys
from transcription.contract.manifest import Item
from transcription.contract.run_keys import RunKeys
from transcription.shared.bucket import Bucket

#: Number of characters after which a part ends. A search reads a part at once, in a fraction of a second.
_PART_CHARACTERS = 2_000_000


@dataclass(frozen=True)
class RecordingText:
    """The text of a recording, as the run wrote it."""

    name: str
    text: str


@dataclass(frozen=True)
class Texts:
    """A part of the texts of a run. A part has files of one page of outcomes, and that page names the part."""

    recordings: tuple[RecordingText, ...]


class TextWriter:
    """The texts of the files that a task verifies, which are written whenever there are enough for a part.

    Args:
        bucket: the audio bucket.
        run: the name of the run.
        generation: that of the outcomes.
    """

    def __init__(self, bucket: Bucket, run: str, generation: str) -> None:
        self._bucket, self._keys, self._generation = bucket, RunKeys(run), generation
        self._recordings: list[RecordingText] = []
        self._first, self._characters = 0, 0
        self._parts: list[str] = []

    def add(self, item: Item, text: str) -> None:
        """Add the text of a file. Files of a page come in the order of their numbers."""
        if not self._recordings:
            self._first = item.number
        # JSON may hold half a surrogate pair, which UTF-8 cannot.
        self._recordings.append(RecordingText(keys.name_of(item.key), text.encode(errors="replace").decode()))
        self._characters += len(text)
        if self._characters >= _PART_CHARACTERS:
            self._write()

    def end_page(self) -> tuple[str, ...]:
        """Write the rest of the texts of a page, and return the keys of all its parts."""
        if self._recordings:
            self._write()
        parts = tuple(self._parts)
        self._parts.clear()
        return parts

    def _write(self) -> None:
        key = self._keys.texts(self._generation, self._first)
        self._bucket.write_record(key, Texts(tuple(self._recordings)))
        self._parts.append(key)
        self._recordings.clear()
        self._characters = 0
