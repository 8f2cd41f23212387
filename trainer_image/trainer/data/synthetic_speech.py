"""Synthetic speech of the model's own words, so that a model of few words does not forget other voices.

Models with a small vocabulary, such as the demo model, have no recordings beside them. If espeak-ng is installed, its
voices speak phrases of the words in the scorer.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soxr

from trainer.data.recording import TaughtRecording
from trainer.data.scorer_words import open_in_letters, read_words
from trainer.data.utterance import Samples, Utterance
from trainer.errors import SynthesiserFailed
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import Example

#: Variants of espeak-ng's English voices: those that the model rehearses, and others that show whether it forgets.
REHEARSED_VOICES = (
    "m2",
    "m5",
    "m7",
    "m8",
    "f1",
    "f4",
    "Alex",
    "Andy",
    "Annie",
    "Michael",
    "Lee",
    "Marco",
    "adam",
    "anika",
)
GUARD_VOICES = ("m3", "Mike", "m6", "robert", "edward", "f2", "f5", "Andrea", "steph", "linda")
#: Most words of a scorer whose vocabulary counts as small.
_MOST_WORDS = 1000
_MOST_WORDS_OF_PHRASE = 6
_PROGRAM = "espeak-ng"


def small_vocabulary(scorer: Path | None, model: AcousticModel) -> tuple[str, ...]:
    """Return the words of a scorer, or none if there are more than a thousand, or no scorer that spells in letters."""
    opened = open_in_letters(scorer)
    return tuple(read_words(opened.dictionary, model.letters, _MOST_WORDS)) if opened else ()


def can_speak() -> bool:
    """Return whether espeak-ng is installed."""
    return shutil.which(_PROGRAM) is not None


def speak(words: Sequence[str], voices: Sequence[str], count: int, model: AcousticModel, seed: int) -> list[Utterance]:
    """Return phrases of random words, spoken by espeak-ng.

    Args:
        words: the words.
        voices: the variants of the voice, which take turns.
        count: the number of phrases.
        model: the model whose rate, features and letters are used.
        seed: the seed of all random choices.

    Raises:
        SynthesiserFailed: espeak-ng fails.
    """
    random_numbers = random.Random(seed)  # noqa: S311 - phrases need no secrecy
    utterances = []
    for number in range(count):
        text = " ".join(random_numbers.choices(words, k=random_numbers.randint(1, _MOST_WORDS_OF_PHRASE)))
        voice = voices[number % len(voices)]
        samples = _speak_phrase(text, voice, random_numbers, model.sample_rate)
        letters = tuple(model.letters.index(letter) for letter in text)
        recording = TaughtRecording(Path(), f"{voice} {number}", text, voice)
        example = Example(model.features(samples), letters)
        utterances.append(Utterance(recording, samples, text, example, len(samples) / model.sample_rate))
    return utterances


def _speak_phrase(text: str, voice: str, random_numbers: random.Random, rate: int) -> Samples:
    accent = random_numbers.choice(("en-us", "en"))
    speed, pitch = random_numbers.randint(130, 190), random_numbers.randint(30, 70)
    command = [_PROGRAM, "-v", f"{accent}+{voice}", "-s", str(speed), "-p", str(pitch), "--stdout", "--", text]
    process = subprocess.run(command, capture_output=True, check=False)
    if process.returncode or not process.stdout:
        raise SynthesiserFailed(f"espeak-ng ended with {process.returncode}: {process.stderr.decode(errors='replace')}")
    # The header of a stream does not know its length, so the samples behind it are read as they are.
    header = process.stdout.index(b"data") + 8
    spoken_rate = int.from_bytes(process.stdout[24:28], "little")
    spoken = np.frombuffer(process.stdout[header : header + (len(process.stdout) - header) // 2 * 2], "<i2")
    resampled: Samples = np.clip(soxr.resample(spoken, spoken_rate, rate), -32768, 32767).astype(np.int16)
    return resampled
