"""What became of each planned file, and the record of a page of outcomes."""

from __future__ import annotations

from dataclasses import dataclass, fields

from transcription.contract.manifest import Failure, Item
from transcription.contract.result import Audio, Result

#: Status of a file that has neither a transcript nor a reason. The file stays in `input/`, and the run fails.
MISSING = "missing"

#: Status of a file whose transcript an earlier run wrote; only its audio had to be moved.
DONE_BEFORE = "done_before"


@dataclass(frozen=True, slots=True)
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
    """A page of the outcomes of a run, in the order of the manifest.

    Release 0.2 wrote all outcomes as one record, without the fields that have defaults.
    """

    run: str
    files: tuple[Outcome, ...]
    #: Names the plan, and how often the tasks that wrote the page were cleared. Pages of two generations do not belong
    #: together.
    generation: str = ""
    #: Number of pages, and of files in all pages. 0 if the record has all outcomes.
    pages: int = 0
    planned: int = 0
    #: The keys of the parts with the texts of all files of this page that have a transcript. None: the page was written
    #: by an earlier release, which wrote no texts.
    texts: tuple[str, ...] | None = None
