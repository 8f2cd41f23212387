"""The records of a teaching: the DAG writes the order, and the container writes what it uses and what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from .errors import OptionInvalid
from .options import MODEL_NAME

#: What a teaching changes: the acoustic model, the scorer, or both.
SOUND, WORDS, BOTH = TAUGHT = ("sound", "words", "both")


@dataclass(frozen=True)
class TeachingOrder:
    """The order of one teaching. If it is in S3, it does not change again.

    Raises:
        OptionInvalid: a value cannot be used.
    """

    run: str
    #: ISO 8601 in UTC.
    created: str
    #: One of `TAUGHT`.
    what: str
    #: The model that is taught: a folder below `models/`.
    base: str
    #: The new model gets the folder `{name}-{number}` below `models/`.
    name: str
    #: A folder below `teaching/`; empty: corrections alone.
    set_name: str = ""
    #: A folder below `teaching/` with speech of others, which must not become worse; empty: there is none.
    others_set: str = ""
    #: The model in use when the order was written; empty: the one in the container image.
    model_in_use: str = ""
    #: Whether runs that choose no model use the new one if it is better.
    use_if_better: bool = True
    #: Points of word error rate by which other speech may become worse.
    guard_points: float = 1.5
    #: Minutes of audio that a training hears in all, without rehearsed speech.
    heard_minutes: float = 80.0
    #: Whether the run ends with this order.
    dry_run: bool = False

    def __post_init__(self) -> None:
        if self.what not in TAUGHT:
            raise OptionInvalid(f"what is {self.what!r}; it must be one of {', '.join(TAUGHT)}.")
        needed = {"base": self.base, "name": self.name}
        optional = {"set_name": self.set_name, "others_set": self.others_set}
        for field, value in {**needed, **optional}.items():
            if not re.fullmatch(MODEL_NAME, value) and (value or field in needed):
                raise OptionInvalid(
                    f"{field} is {value!r}; it must be the name of a folder: letters, digits, '.', '_' and '-', a "
                    "letter or digit first, 128 characters at most."
                )
        if self.others_set and self.others_set == self.set_name:
            raise OptionInvalid(f"others_set is {self.others_set!r}, the set that is taught; name another one.")


@dataclass(frozen=True)
class TaughtObject:
    """An object in the bucket from which a teaching learns."""

    key: str
    etag: str
    #: In bytes.
    size: int


@dataclass(frozen=True)
class TeachingData:
    """What a teaching uses. The first attempt of the job writes this record, and later attempts use the same."""

    #: The new model: the name of its folder below `models/`.
    model: str
    objects: tuple[TaughtObject, ...]


@dataclass(frozen=True)
class ErrorRates:
    """Word error rates of the old and of the new model on the same recordings, in per cent."""

    old: float
    new: float


@dataclass(frozen=True)
class TeachingOutcome:
    """What came of a teaching. With this record, the job is done."""

    #: ISO 8601 in UTC.
    finished: str
    #: The code of the decision, such as `BETTER`, and its reason in a sentence.
    verdict: str
    reason: str
    #: Whether the new model was measured to be better, beyond chance and without harm to other speech.
    is_better: bool
    #: The folder of the new model below `models/`; empty: it was not stored.
    model: str
    base: str
    #: By the name of the set: `test`, and the guard sets.
    word_error_rates: dict[str, ErrorRates]
    #: 95 % interval of the improvement in the test, in points.
    interval_low: float
    interval_high: float
    #: Number of words of the test.
    test_words: int
    #: How many recordings to look at the report lists.
    findings: int

    @property
    def test(self) -> Optional[ErrorRates]:
        """The word error rates in the test, or None if there was no test."""
        return self.word_error_rates.get("test") if self.test_words else None
