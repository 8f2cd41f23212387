"""Batches: recordings of similar length, padded to one of a few shapes, because JAX compiles each shape once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trainer.network.weights import Floats

#: Numbers of frames to which recordings are padded; a frame is 20 ms in all models of DeepSpeech.
FRAMES = (100, 150, 200, 300, 400, 600, 800, 1200, 1600)
#: Frames in a batch, about: 32 s of audio.
_BATCH_FRAMES = 1600
#: A batch has room for one letter in so many frames.
_FRAMES_PER_LETTER = 2

Integers = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Example:
    """A recording as the network takes it."""

    #: Shape (frames, coefficients).
    features: Floats
    #: The labels of the text.
    letters: tuple[int, ...]


class Batch(NamedTuple):
    """Examples that the network processes together. Unused rows have no frames and no letters."""

    #: Shape (rows, frames, coefficients).
    features: Floats
    #: Numbers of frames, shape (rows,).
    lengths: Integers
    #: Labels, shape (rows, most letters).
    letters: Integers
    #: Numbers of letters, shape (rows,).
    counts: Integers


def padded_frames(example: Example) -> int:
    """Return the number of frames to which an example is padded.

    Raises:
        ValueError: the example is longer than the longest batch.
    """
    needed = max(len(example.features), _FRAMES_PER_LETTER * len(example.letters))
    for frames in FRAMES:
        if needed <= frames:
            return frames
    raise ValueError(f"an example needs {needed} frames, and the longest batch has {FRAMES[-1]}")


def group(examples: Sequence[Example], order: Iterable[int]) -> list[list[int]]:
    """Return the numbers of the examples of each batch.

    Args:
        examples: the examples.
        order: their numbers in the order in which they are taken. A batch is listed when it is full, and the batches
            that are not full are listed at the end.
    """
    full: list[list[int]] = []
    filling: dict[int, list[int]] = {}
    for number in order:
        frames = padded_frames(examples[number])
        rows = filling.setdefault(frames, [])
        rows.append(number)
        if len(rows) == _rows(frames):
            full.append(filling.pop(frames))
    return full + [filling[frames] for frames in sorted(filling)]


def stack(examples: Sequence[Example]) -> Batch:
    """Return a batch of examples that are padded to the same number of frames."""
    frames = padded_frames(examples[0])
    rows, coefficients = _rows(frames), examples[0].features.shape[1]
    batch = Batch(
        np.zeros((rows, frames, coefficients), np.float32),
        np.zeros(rows, np.int32),
        np.zeros((rows, frames // _FRAMES_PER_LETTER), np.int32),
        np.zeros(rows, np.int32),
    )
    for row, example in enumerate(examples):
        batch.features[row, : len(example.features)] = example.features
        batch.lengths[row] = len(example.features)
        batch.letters[row, : len(example.letters)] = example.letters
        batch.counts[row] = len(example.letters)
    return batch


def _rows(frames: int) -> int:
    return max(1, round(_BATCH_FRAMES / frames))
