"""The records of what became of each planned file. Verification writes one record, and moving writes another."""

from __future__ import annotations

from dataclasses import dataclass, fields

from transcription.contract.manifest import Failure, Item
from transcription.contract.result import Audio, Result

#: Status of a file that has neither a transcript nor a reason. The file stays in `input/`, and the run fails.
MISSING = "missing"

#: Status of a file whose transcript an earlier run wrote; only its audio had to be moved.
DONE_BEFORE = "done_before"


@dataclass(frozen=True)
class Outcome:
    """What became of one planned file."""

    item: Item
    #: A status of `contract.result`, `MISSING` or `DONE_BEFORE`.
    status: str
    failure: Failure | None = None
    audio: Audio | None = None
    words: int = 0
    confidence: float | None = None
    no_speech: bool = False
    #: Number of words with less confidence than `Options.low_confidence`.
    unsure_words: int = 0
    #: vCPU seconds of recognition.
    cpu_seconds: float = 0.0
    #: The engine that transcribed the file, and a note for people, such as why another engine was not used.
    engine: str = ""
    engine_note: str = ""

    @classmethod
    def from_result(cls, result: Result) -> Outcome:
        """Return the outcome of a file, copied from its result record, which has every field of an outcome."""
        return cls(**{field.name: getattr(result, field.name) for field in fields(cls)})


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of all files of a run, in the order of the manifest."""

    run: str
    files: tuple[Outcome, ...]
