"""What became of each planned file, as verification and moving find it."""

from __future__ import annotations

from dataclasses import dataclass

from transcription.contract.manifest import Failure, Item
from transcription.contract.result import Audio

#: Neither transcribed nor explained: the system's fault. The file stays in `input/` and the run turns red.
MISSING = "missing"

#: An earlier run wrote the transcript; only the audio had to be moved.
DONE_BEFORE = "done_before"


@dataclass(frozen=True)
class Outcome:
    """One planned file: `status` is one of `contract.result`'s, `MISSING` or `DONE_BEFORE`."""

    item: Item
    status: str
    failure: Failure | None = None
    audio: Audio | None = None
    words: int = 0
    confidence: float | None = None
    no_speech: bool = False
    #: How many words have less confidence than `Options.low_confidence`.
    unsure_words: int = 0
    #: What recognition took of one vCPU, in seconds.
    cpu_seconds: float = 0.0
    #: What transcribed it, and what people should know of that.
    engine: str = ""
    engine_note: str = ""


@dataclass(frozen=True)
class Outcomes:
    """All files of a run, in the order of the manifest."""

    run: str
    files: tuple[Outcome, ...]
