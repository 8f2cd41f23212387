"""A slot of the batched engine, which holds one segment while the network processes it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from transcriber.audio.segmentation import Segment
from transcriber.engines.batched.mfcc import Floats


@dataclass
class SegmentSlot:
    """A segment, its features, and the network's results for the frames that are processed so far."""

    segment: Segment
    #: Features of the segment, shape (frames, coefficients). Padded with `context` frames of zeros before and after.
    frames: Floats
    #: Number of neighbouring frames on each side that the network sees.
    context: int
    #: Number of frames that the network has processed.
    position: int = 0
    #: Probabilities of the labels, one array of shape (steps, labels + 1) for each call of the network.
    probabilities: list[Floats] = field(default_factory=list)
    #: CPU time that the segment has taken so far, in seconds.
    cpu_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.length = len(self.frames)
        # libdeepspeech too takes zeros for the neighbours of the first and the last frames.
        self.frames = np.pad(self.frames, ((self.context, self.context), (0, 0)))

    def windows(self, steps: int) -> Floats:
        """Return the next `steps` frames, each with its neighbours, shape (steps, inputs)."""
        width = 2 * self.context + 1
        part = self.frames[self.position : self.position + steps + width - 1]
        windows = np.lib.stride_tricks.sliding_window_view(part, width, axis=0)
        return windows.transpose(0, 2, 1).reshape(steps, -1)

    def add(self, probabilities: Floats, cpu_seconds: float) -> None:
        """Store the network's result for the next frames.

        Args:
            probabilities: the probability of each label, shape (steps, labels + 1).
            cpu_seconds: the CPU time that these frames took, in seconds.
        """
        self.probabilities.append(probabilities)
        self.position += len(probabilities)
        self.cpu_seconds += cpu_seconds

    @property
    def remaining(self) -> int:
        """Number of frames that the network has not processed. A new slot has at least one."""
        return self.length - self.position
