"""The records of an evaluation: the DAG writes the order, and the containers write what each model hears."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from .errors import OptionInvalid
from .options import MODEL_NAME
from .teaching import TaughtObject
from .word_errors import WordErrors

#: Which recordings of a set are heard: those that no teaching learns from, or all.
TEST, ALL = PARTS = ("test", "all")
#: Number of models that an evaluation compares at most.
MOST_MODELS = 10

#: The kinds of changes between what was said and what was heard.
EQUAL, SUBSTITUTE, DELETE, INSERT = CHANGES = ("equal", "substitute", "delete", "insert")


@dataclass(frozen=True)
class EvaluationOrder:
    """The order of one evaluation. If it is in S3, it does not change again.

    Raises:
        OptionInvalid: a value cannot be used.
    """

    run: str
    #: ISO 8601 in UTC.
    created: str
    #: Folders below `models/`. Child number `i` of the Batch job evaluates model number `i`.
    models: tuple[str, ...]
    #: A folder below `teaching/`; empty: what people checked or corrected.
    set_name: str = ""
    #: One of `PARTS`.
    part: str = TEST
    #: Whether the run ends with this order.
    dry_run: bool = False

    def __post_init__(self) -> None:
        if self.part not in PARTS:
            raise OptionInvalid(f"part is {self.part!r}; it must be one of {', '.join(PARTS)}.")
        if not 1 <= len(set(self.models)) == len(self.models) <= MOST_MODELS:
            raise OptionInvalid(f"models must be the names of 1 to {MOST_MODELS} models, each once.")
        for name in (*self.models, *filter(None, (self.set_name,))):
            if not re.fullmatch(MODEL_NAME, name):
                raise OptionInvalid(
                    f"{name!r} cannot be the name of a folder: use letters, digits, '.', '_' and '-', a letter or "
                    "digit first, 128 characters at most."
                )


@dataclass(frozen=True)
class EvaluationData:
    """The objects with the recordings of an evaluation. The first child writes this record; all use the same."""

    objects: tuple[TaughtObject, ...]


@dataclass(frozen=True)
class Change:
    """A stretch of words of a recording."""

    #: One of `CHANGES`.
    kind: str
    said: str
    heard: str


@dataclass(frozen=True)
class HeardRecording:
    """What a model heard in a recording, or in a part of it."""

    #: The key of the recording.
    key: str
    seconds: float
    #: The words in their order, as stretches that are equal or differ.
    changes: tuple[Change, ...]
    mistakes: WordErrors
    #: The part of the recording in seconds from its start; None for the whole recording.
    start: Optional[float] = None
    end: Optional[float] = None

    @property
    def place(self) -> tuple[str, Optional[float], Optional[float]]:
        """What identifies the recording or the part of it."""
        return self.key, self.start, self.end


@dataclass(frozen=True)
class LeftOut:
    """A recording that cannot be used."""

    #: Its path in the bucket, and for a part of it the second at which it starts.
    recording: str
    #: The code, and what is wrong.
    code: str
    message: str


@dataclass(frozen=True)
class ModelResult:
    """What one model heard. With this record, the child of the model is done."""

    model: str
    recordings: tuple[HeardRecording, ...]
    left_out: tuple[LeftOut, ...]
    #: How often each word was heard as another or not at all, the most frequent first.
    wrong_words: dict[str, int]
    #: vCPU seconds of recognition.
    cpu_seconds: float

    @property
    def audio_seconds(self) -> float:
        """The length of all recordings."""
        return sum(recording.seconds for recording in self.recordings)


@dataclass(frozen=True)
class ModelFigures:
    """The figures of a model on the recordings that all models of an evaluation heard."""

    model: str
    mistakes: WordErrors
    #: vCPU seconds of recognition per second of audio.
    real_time_factor: float


@dataclass(frozen=True)
class Difference:
    """The difference between two models, in points of word error rate."""

    first: str
    second: str
    #: The rate of the first model minus that of the second. Above 0, the second model is better.
    points: float
    #: What chance makes of it: the 95 % interval of the bootstrap over recordings.
    low: float
    high: float

    @property
    def better(self) -> str:
        """The model that is better beyond chance; empty if chance may explain the difference."""
        if self.low > 0:
            return self.second
        return self.first if self.high < 0 else ""

    def __str__(self) -> str:
        verdict = f"{self.better} is better" if self.better else "chance may explain the difference"
        return (
            f"{self.first} → {self.second}: {self.points:.1f} points fewer (95 % interval {self.low:.1f} to "
            f"{self.high:.1f}): {verdict}."
        )


@dataclass(frozen=True)
class EvaluationOutcome:
    """What came of an evaluation. With this record, the job is done."""

    #: ISO 8601 in UTC.
    finished: str
    #: Number and length of the recordings that all models heard.
    recordings: int
    seconds: float
    #: How many recordings cannot be used.
    left_out: int
    models: tuple[ModelFigures, ...]
    differences: tuple[Difference, ...]
