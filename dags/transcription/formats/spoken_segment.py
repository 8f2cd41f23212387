"""A piece of a recording with the words that are spoken in it, as the formats show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Protocol

from transcription.contract.spoken_word import Word


class Spoken(Protocol):
    """What formats read of a segment. The container's utterances have it, too."""

    @property
    def start(self) -> float:
        """The start in seconds from the start of the recording."""

    @property
    def end(self) -> float:
        """The end in seconds."""

    @property
    def words(self) -> tuple[Word, ...]:
        """The words in the order of speech."""

    @property
    def channel(self) -> Optional[str]:
        """The name of the channel; `None` if the channels are mixed."""


@dataclass(frozen=True)
class SpokenSegment:
    """A segment that was read back from a file."""

    start: float
    end: float
    words: tuple[Word, ...]
    channel: Optional[str] = None
