"""The program `python -m tests.support.engine_probabilities MODEL CLIPS OUT`, for the transcriber's Python.

It lets the batched engine hear the recordings in CLIPS with the model in the folder MODEL, and writes to OUT what the
network gives to the decoder. CLIPS and OUT are files of numpy with one array per recording, numbered from 0: 16-bit
samples, and probabilities of shape (frames, labels + 1).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from transcriber.audio.segmentation import Segment
from transcriber.engines.batched.batched_engine import BatchedEngine
from transcriber.engines.batched.network_cache import find_network
from transcriber.engines.batched.segment_slot import SegmentSlot
from transcriber.engines.utterance import Answer
from transcriber.model.model_folder import open_folder


class _KeepingEngine(BatchedEngine):
    """The engine, which keeps the probabilities of each segment by the number of its recording."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.heard: dict[str, Any] = {}

    def _decode(self, slot: SegmentSlot) -> Answer:
        self.heard[str(slot.segment.file)] = np.concatenate(slot.probabilities)
        return super()._decode(slot)


def main(model: Path, clips: Path, out: Path) -> None:
    """Write the probabilities."""
    folder = open_folder(model)
    with tempfile.TemporaryDirectory() as scratch:
        engine = _KeepingEngine(folder, find_network(folder, Path(scratch)))
    rate = engine.description.sample_rate
    with np.load(clips, allow_pickle=False) as stored:
        recordings = [stored[str(number)] for number in range(len(stored.files))]
    segments = [Segment(number, 0.0, samples, len(samples) / rate) for number, samples in enumerate(recordings)]
    list(engine.transcribe(segments))
    np.savez(out, **engine.heard)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
