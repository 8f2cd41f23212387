"""The split of a set into recordings to learn from, for tuning and for the test.

A digest decides, so that a recording for the test stays one for ever: also when the set grows, when files get other
names, and on other machines. Of long recordings with corrections, each minute is for one part as a whole, so that a
segment whose borders somebody moves stays where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from trainer.data.utterance import Utterance

#: Shares of the recordings for the test and for tuning, in per cent.
_TEST, _TUNING = 20, 15
#: Number of speakers from which a set is split by speaker, too. With fewer, the test might have no speaker.
_MIN_SPEAKERS = 20


class Part(StrEnum):
    """A part of a set."""

    TRAIN = "train"
    TUNING = "tuning"
    TEST = "test"


@dataclass(frozen=True)
class SplitSet:
    """The utterances of a set by their part."""

    train: tuple[Utterance, ...]
    tuning: tuple[Utterance, ...]
    test: tuple[Utterance, ...]


def split(utterances: Sequence[Utterance]) -> SplitSet:
    """Split a set.

    The digest of each recording decides. If a set names at least 20 speakers, all recordings of a speaker for the test
    or for tuning are for the test or for tuning, too, so that the test has voices that the model has not learned.
    """
    speakers = {utterance.recording.speaker for utterance in utterances} - {""}
    parts: dict[Part, list[Utterance]] = {part: [] for part in Part}
    for utterance in utterances:
        part = part_of(utterance.part_digest)
        if len(speakers) >= _MIN_SPEAKERS and utterance.recording.speaker and part != Part.TEST:
            part = part_of(hashlib.sha256(utterance.recording.speaker.encode()).hexdigest())
        parts[part].append(utterance)
    return SplitSet(*(tuple(parts[part]) for part in (Part.TRAIN, Part.TUNING, Part.TEST)))


def part_of(digest: str) -> Part:
    """Return the part to which a digest in hexadecimal belongs. Changing this function mixes test and training."""
    bucket = int(digest[:16], 16) % 100
    if bucket < _TEST:
        return Part.TEST
    return Part.TUNING if bucket < _TEST + _TUNING else Part.TRAIN
