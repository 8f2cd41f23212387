"""The texts that an engine of the transcriber hears."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from transcriber.audio.segmentation import Segment
from transcriber.engines.batched.batched_engine import BatchedEngine
from transcriber.engines.batched.network_cache import find_network
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.engines.utterance import FailedSegment
from transcriber.model.model_folder import open_folder


def transcribe(model: Path, engine: str, recordings: Sequence[npt.NDArray[np.int16]]) -> tuple[list[str], float]:
    """Return the texts that an engine hears in recordings, and the vCPU seconds that it needs once it is loaded.

    Args:
        model: the model folder.
        engine: `libdeepspeech` or `batched`.
        recordings: 16-bit samples at the model's sample rate. Each recording is one segment.

    Raises:
        ModelInvalid: the engine cannot use the model.
        EngineFailed: the engine returned nothing for a recording.
    """
    folder = open_folder(model)
    with tempfile.TemporaryDirectory() as scratch:
        if engine == "libdeepspeech":
            return _timed_texts(LibDeepSpeech(folder), recordings)
        return _timed_texts(BatchedEngine(folder, find_network(folder, Path(scratch))), recordings)


def _timed_texts(engine: Any, recordings: Sequence[npt.NDArray[np.int16]]) -> tuple[list[str], float]:
    start = time.process_time()
    return _texts(engine, recordings), time.process_time() - start


def _texts(engine: Any, recordings: Sequence[npt.NDArray[np.int16]]) -> list[str]:
    rate = engine.description.sample_rate
    segments = [Segment(number, 0.0, samples, len(samples) / rate) for number, samples in enumerate(recordings)]
    texts = [""] * len(recordings)
    for answer in engine.transcribe(segments):
        if isinstance(answer, FailedSegment):
            raise answer.error
        texts[answer.file] = " ".join(word.word for word in answer.words)
    return texts
