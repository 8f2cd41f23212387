"""Recordings of people: the Free Spoken Digit Dataset, 8 kHz, read from a folder that the user names."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import soundfile
import soxr

from .corpus import SAMPLE_RATE, Corpus, as_int16
from .vocabulary import DIGITS


def takes(folder: Path, speakers: tuple[str, ...], first: int = 0, last: int = 49) -> Corpus:
    """Return recordings of single digits, resampled to 16 kHz.

    Args:
        folder: The folder with the recordings.
        speakers: The names of the speakers.
        first: The number of the first take of each digit by each speaker.
        last: The number of the last take, which is included.
    """
    corpus = Corpus()
    for speaker in speakers:
        for digit, word in enumerate(DIGITS):
            for take in range(first, last + 1):
                samples, rate = soundfile.read(folder / f"{digit}_{speaker}_{take}.wav", dtype="float32")
                corpus.add(as_int16(soxr.resample(samples, rate, SAMPLE_RATE)), word, f"real {speaker}")
    return corpus


def strings(single: Corpus, seed: str, rounds: int = 1) -> Corpus:
    """Join takes of one speaker into strings of 3 to 7 digits.

    A round uses each take once, so that its last string may be shorter. Pauses between digits and at both ends contain
    noise of two quantisation steps.

    Args:
        single: The takes of all speakers.
        seed: The seed of all random choices except for the noise.
        rounds: How often each take is used.
    """
    rng = random.Random(seed)
    noise = np.random.default_rng(len(single))
    corpus = Corpus()

    def pause(shortest: float, longest: float) -> np.ndarray:
        length = int(rng.uniform(shortest, longest) * SAMPLE_RATE)
        return np.round(noise.normal(0, 2, length)).astype(np.int16)

    for voice, indices in sorted(single.by_voice().items()):
        for _ in range(rounds):
            rest = rng.sample(indices, len(indices))
            while rest:
                chosen, rest = rest[: (length := rng.randint(3, 7))], rest[length:]
                pieces = [pause(0.1, 0.4)]
                for index in chosen:
                    pieces += [single.clips[index], pause(0.08, 0.3)]
                pieces.append(pause(0.05, 0.3))
                corpus.add(np.concatenate(pieces), " ".join(single.texts[index] for index in chosen), voice)
    return corpus
