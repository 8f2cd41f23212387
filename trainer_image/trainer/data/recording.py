"""A recording with its text, as a teaching set names them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Excerpt:
    """A part of a recording."""

    #: In seconds from the start of the recording.
    start: float
    end: float
    #: The name of the channel; `None` if the channels are mixed.
    channel: str | None = None


@dataclass(frozen=True)
class TaughtRecording:
    """A recording or a part of one, and what is said in it."""

    path: Path
    #: The path below the folder of the set, for people.
    name: str
    #: The text as people wrote it.
    text: str
    #: Who speaks, or an empty text if the set does not say so.
    speaker: str = ""
    #: The part that is said; `None` for the whole recording.
    excerpt: Excerpt | None = None
    #: A name of the piece of a longer recording that is for training, tuning or the test as a whole; empty if the
    #: samples decide.
    source: str = ""
