"""The batched engine on one core: a row of slots, each with a segment, that go through the network together."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Union

import ds_ctcdecoder
import numpy as np
import onnxruntime

from transcriber.audio.segmentation import Segment
from transcriber.engines import word_confidence
from transcriber.engines.batched.beam_search import BeamSearch
from transcriber.engines.batched.mfcc import FeatureExtractor, Floats
from transcriber.engines.batched.network_runner import NetworkRunner
from transcriber.engines.engine import DecoderSettings, EngineDescription, SegmentSource
from transcriber.engines.utterance import FailedSegment, Utterance
from transcriber.model.graph import read_graph
from transcriber.model.hot_words import check_hot_words
from transcriber.model.model_folder import ModelFolder
from transcriber.model.scorer_weights import choose_weights
from transcription.contract.errors import EngineFailed
from transcription.contract.options import CANDIDATES, Options

#: Segments that go through the network together. On one core, with a graph of the official size, 1, 4, 8, 16, 32 and 64
#: do 5, 12, 16, 18, 20 and 19 times real time: the weights are read while the last ones are at work.
SLOTS = 32
#: The most frames of each segment in one run of the network; 16, 32 and 64 are equally fast. New segments come in
#: between two runs.
_STEPS = 16


def name_of(*, int8: bool) -> str:
    """How transcripts call the engine."""
    kind = "int8 LSTM" if int8 else "float32"
    return f"batched {kind}, onnxruntime {onnxruntime.__version__}, ds-ctcdecoder {ds_ctcdecoder.__version__}"


class BatchedEngine:
    """An engine on one core.

    Args:
        folder: the model.
        network: what `conversion` wrote of it.
        options: what they leave open, `model.json` says, or else the graph and the scorer.

    Raises:
        ModelInvalid: the model cannot be loaded.
        OptionInvalid: the model cannot take the language model's weights or the hot words.
    """

    def __init__(self, folder: ModelFolder, network: Path, options: Options = Options()) -> None:  # noqa: B008 - frozen
        graph = read_graph(folder.acoustic)
        features, width = graph.features, options.beam_width or folder.defaults.beam_width or graph.beam_width
        weights = choose_weights(folder, options)
        check_hot_words(folder, options.hot_words)
        self._alternatives = options.alternatives
        self._context = graph.context
        self._extractor = FeatureExtractor(features)
        self._network = NetworkRunner(network)
        self._search = BeamSearch(graph, width, scorer=folder.scorer, weights=weights, hot_words=options.hot_words)
        self.description = EngineDescription(
            name_of(int8=options.int8_lstm),
            features.sample_rate,
            folder.record,
            DecoderSettings(width, *(weights or (None, None))),
        )

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Union[Utterance, FailedSegment]]:
        """One answer for each segment, in about their order.

        Of a `SegmentSource` it takes what is there, and goes on with what it has where nothing is.
        """
        source = segments if isinstance(segments, SegmentSource) else SegmentSource(segments)
        slots: list[_Slot] = []
        state = self._network.begin()
        while True:
            begun = time.thread_time()
            new = self._fill(source, len(slots))
            if not slots and not new:
                return
            slots += new
            state = state.extend(len(new)) if new else state
            steps = min(_STEPS, *(each.left for each in slots))  # to the end of the next that ends, and no further
            windows = np.stack([each.windows(steps) for each in slots], axis=1)
            probabilities, state = self._network.run(windows, state)
            taken = (time.thread_time() - begun) / len(slots)
            for row, slot in enumerate(slots):
                slot.add(probabilities[:, row], taken)
            kept = [row for row, slot in enumerate(slots) if slot.left]
            if len(kept) < len(slots):
                yield from (self._decode(slot) for slot in slots if not slot.left)
                slots = [slots[row] for row in kept]
                state = state.keep(kept)

    def _fill(self, source: SegmentSource, taken: int) -> list[_Slot]:
        """What goes into the free slots; it only waits where all of them are free."""
        new: list[_Slot] = []
        while taken + len(new) < SLOTS:
            segment = source.take(wait=not taken and not new)
            if segment is None:
                break
            new.append(_Slot(segment, self._extractor.frames(segment.samples), self._context))
        return new

    def _decode(self, slot: _Slot) -> Union[Utterance, FailedSegment]:
        segment, begun = slot.segment, time.thread_time()
        found = self._search.decode(np.concatenate(slot.probabilities), CANDIDATES)
        if not found:
            what = f"The decoder returned nothing for {segment.seconds:.2f} s of audio at {segment.start:.2f} s."
            return FailedSegment(segment.file, segment.start, EngineFailed(what))
        return Utterance(
            segment.file,
            segment.start,
            segment.end,
            word_confidence.words(segment, found),
            word_confidence.alternatives(found, self._alternatives),
            slot.cpu_seconds + time.thread_time() - begun,
        )


@dataclass
class _Slot:
    """A segment on its way through the network."""

    segment: Segment
    frames: Floats
    context: int
    #: The next frame.
    at: int = 0
    #: Of each frame that went through, for each run of the network.
    probabilities: list[Floats] = field(default_factory=list)
    cpu_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.length = len(self.frames)
        # Before the first frame and behind the last lie frames of zeros, as libdeepspeech has it.
        self.frames = np.pad(self.frames, ((self.context, self.context), (0, 0)))

    def windows(self, steps: int) -> Floats:
        """The next frames, each with its neighbours, shape (steps, inputs)."""
        width = 2 * self.context + 1
        part = self.frames[self.at : self.at + steps + width - 1]
        windows = np.lib.stride_tricks.sliding_window_view(part, width, axis=0)
        return windows.transpose(0, 2, 1).reshape(steps, -1)

    def add(self, probabilities: Floats, cpu_seconds: float) -> None:
        """Take what the network says of them."""
        self.probabilities.append(probabilities)
        self.at += len(probabilities)
        self.cpu_seconds += cpu_seconds

    @property
    def left(self) -> int:
        """How many frames did not go through yet; a segment has one at least."""
        return self.length - self.at
