"""A recording with its text, as a teaching set names them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TaughtRecording:
    """A recording, and what is said in it."""

    path: Path
    #: The path below the folder of the set, for people.
    name: str
    #: The text as people wrote it.
    text: str
    #: Who speaks, or an empty text if the set does not say so.
    speaker: str = ""
