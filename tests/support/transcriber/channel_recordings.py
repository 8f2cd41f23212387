"""Recordings of several channels, made of the demo model's clips."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tests.support.transcriber.wav_files import RATE, Clip

#: Samples of one channel, or frames of several, in which full scale is 1.
Audio = npt.NDArray[np.float32]
#: The level of a quiet line, as a share of full scale.
_NOISE = 10 ** (-70 / 20)


def speech(clip: Clip) -> Audio:
    """Return the samples of a clip."""
    return (clip.samples / 32768).astype(np.float32)


def noise(frames: int, channels: int = 1, seed: int = 0, level: float = _NOISE) -> Audio:
    """Return noise, shape (frames, channels)."""
    return (np.random.default_rng(seed).standard_normal((frames, channels)) * level).astype(np.float32)


def call(clips: Sequence[Clip], seconds: float, *, seed: int = 1, overlap: float = 0.25) -> tuple[Audio, list[str]]:
    """Return a telephone call between two people, each in a channel of its own.

    Args:
        clips: what the people say; a person says one clip after another, at random.
        seconds: the length of the call.
        seed: the seed of the choice.
        overlap: the share of turns that begin before the other person has finished.

    Returns:
        The frames, shape (frames, 2), and what is said in each channel.
    """
    chooser = random.Random(seed)  # noqa: S311 - the same call each time
    frames = noise(int(seconds * RATE), 2, seed)
    texts: list[list[str]] = [[], []]
    free = [0.3, 0.3]  # when each person may speak again, in seconds
    start, speaker = 0.5, 0
    while True:
        clip = chooser.choice(clips)
        samples = speech(clip)
        start = max(start, free[speaker])
        first = int(start * RATE)
        end = start + len(samples) / RATE
        if end > seconds - 0.5:
            return frames, [" ".join(text) for text in texts]
        frames[first : first + len(samples), speaker] += samples
        texts[speaker].append(clip.text)
        free[speaker] = end + 0.4
        start = end - 1.0 if chooser.random() < overlap else end + chooser.uniform(0.2, 1.5)
        speaker = 1 - speaker if chooser.random() < 0.8 else speaker


def tone(frames: int, hertz: float = 1000.0, level: float = 0.5) -> Audio:
    """Return a sine."""
    return (level * np.sin(2 * np.pi * hertz * np.arange(frames) / RATE)).astype(np.float32)


def timecode(frames: int, level: float = 0.5) -> Audio:
    """Return a square wave as in linear timecode, with 2,000 bits a second. A one has an edge in its middle."""
    bits = np.random.default_rng(5).integers(0, 2, frames * 2000 // RATE + 2)
    signs = np.empty(2 * len(bits), np.float32)
    sign = 1.0
    for place, bit in enumerate(bits):
        sign = -sign
        signs[2 * place] = sign
        sign = -sign if bit else sign
        signs[2 * place + 1] = sign
    return level * signs[np.arange(frames) * 4000 // RATE]
