"""Sets of recordings with texts for teachings, joined from single digits of the Free Spoken Digit Dataset.

The recordings are strings of three to seven digits, because single digits are shorter than what people record.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from transcriber_image.demo_model.training.vocabulary import DIGITS

#: The numbers of the takes of each digit that are for the test, twice each, for teaching, and for rehearsal and guard.
_TEST_TAKES, _TAUGHT_TAKES, _OTHERS_TAKES = range(20), range(20, 50), range(15)
_TEST_ROUNDS = 2
#: The amounts of speech that are taught.
MINUTES = (1, 5, 10)
#: The shortest and the longest pause between two digits, in seconds.
_SHORTEST, _LONGEST = 0.08, 0.3


def make(digits: Path, person: str, folder: Path) -> None:
    """Write the sets for teaching one person: `test`, `others`, and one for each amount of speech, by its minutes.

    They are for `TEST`, `OTHERS` and `AUDIO` of `make teach`. No take is both in `test` and in a set that is taught.

    Args:
        digits: the folder with the data set's recordings, `{digit}_{speaker}_{take}.wav`.
        person: the speaker who is taught. All other speakers are the others.
        folder: the folder to which the sets are written.
    """
    others = sorted({path.stem.split("_")[1] for path in digits.glob("*_*_*.wav")} - {person})
    test = (_strings(digits, person, _TEST_TAKES, turn) for turn in range(_TEST_ROUNDS))
    _write(folder / "test", chain.from_iterable(test))
    _write(folder / "others", chain.from_iterable(_strings(digits, speaker, _OTHERS_TAKES, 0) for speaker in others))
    for minutes in MINUTES:
        turns = (_strings(digits, person, _TAUGHT_TAKES, turn) for turn in count())
        _write(folder / str(minutes), _first_minutes(chain.from_iterable(turns), minutes))


@dataclass(frozen=True)
class _String:
    """Digits of one speaker, joined."""

    samples: NDArray[np.int16]
    #: The sample rate, in hertz.
    rate: int
    text: str


def _strings(digits: Path, speaker: str, takes: Sequence[int], turn: int) -> Iterator[_String]:
    """Yield strings that use every take of every digit once. `turn` changes the order."""
    shuffled = random.Random(f"{speaker} {turn}")  # noqa: S311 - the order needs no secrecy
    rest = [digits / f"{digit}_{speaker}_{take}.wav" for digit in range(len(DIGITS)) for take in takes]
    shuffled.shuffle(rest)
    while rest:
        length = shuffled.randint(3, 7)
        yield _join(rest[:length])
        rest = rest[length:]


def _first_minutes(strings: Iterable[_String], minutes: float) -> Iterator[_String]:
    seconds = 0.0
    for string in strings:
        if seconds >= minutes * 60:
            return
        seconds += len(string.samples) / string.rate
        yield string


def _write(folder: Path, strings: Iterable[_String]) -> None:
    folder.mkdir(parents=True)
    for number, string in enumerate(strings):
        soundfile.write(folder / f"{number:03}.wav", string.samples, string.rate)
        (folder / f"{number:03}.txt").write_text(string.text + "\n")


def _join(takes: Sequence[Path]) -> _String:
    """Join recordings of single digits, with quiet noise in the pauses."""
    noise = np.random.default_rng(list("-".join(path.stem for path in takes).encode()))
    rate: int = soundfile.info(takes[0]).samplerate

    def pause() -> NDArray[np.int16]:
        return np.round(noise.normal(0, 2, int(noise.uniform(_SHORTEST, _LONGEST) * rate))).astype(np.int16)

    pieces = [pause()]
    for path in takes:
        pieces += [soundfile.read(path, dtype="int16")[0], pause()]
    return _String(np.concatenate(pieces), rate, " ".join(DIGITS[int(path.stem[0])] for path in takes))
