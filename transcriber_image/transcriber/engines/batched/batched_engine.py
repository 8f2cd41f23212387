"""The batched engine on one core. It processes up to 32 segments at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import ds_ctcdecoder
import numpy as np
import onnxruntime

from transcriber.audio.segmentation import Segment
from transcriber.engines import word_confidence
from transcriber.engines.batched.beam_search import BeamSearch
from transcriber.engines.batched.mfcc import FeatureExtractor
from transcriber.engines.batched.network_runner import NetworkRunner
from transcriber.engines.batched.segment_slot import SegmentSlot
from transcriber.engines.engine import DecoderSettings, EngineDescription, SegmentSource
from transcriber.engines.utterance import Answer, FailedSegment, Utterance
from transcriber.model.graph import read_graph
from transcriber.model.hot_words import check_hot_words
from transcriber.model.model_folder import ModelFolder
from transcriber.model.scorer_weights import choose_weights
from transcription.contract.errors import EngineFailed
from transcription.contract.options import Options

#: Number of segments that the network processes together. On one core, with a graph of the official size, 1, 4, 8, 16,
#: 32 and 64 slots reach 5, 12, 16, 18, 20 and 19 times real time. The default is the fastest.
SLOTS = 32
#: Maximum number of frames of each segment that the network processes in one call. New segments start between two
#: calls. 16, 32 and 64 are equally fast.
_MAX_STEPS = 16


def engine_name(*, int8: bool) -> str:
    """Return the name and versions of the engine, as transcripts state them.

    Args:
        int8: whether the LSTM has weights of 8 bits.
    """
    kind = "int8 LSTM" if int8 else "float32"
    return f"batched {kind}, onnxruntime {onnxruntime.__version__}, ds-ctcdecoder {ds_ctcdecoder.__version__}"


class BatchedEngine:
    """An engine that processes many segments together on one core.

    Args:
        folder: the files of the model.
        network: the ONNX file of the model's network.
        options: the options of the run. Missing values come from `model.json`, or from the graph and the scorer if
            they are missing there, too.

    Raises:
        ModelInvalid: the model cannot be loaded.
        OptionInvalid: the options have scorer weights or hot words that do not fit the model, for example because the
            model has no scorer.
    """

    def __init__(self, folder: ModelFolder, network: Path, options: Options = Options()) -> None:  # noqa: B008 - frozen
        graph = read_graph(folder.acoustic)
        beam_width = options.beam_width or folder.defaults.beam_width or graph.beam_width
        weights = choose_weights(folder, options)
        check_hot_words(folder, options.hot_words)
        self._alternatives = options.alternatives
        self._context = graph.context
        self._step = graph.features.step / graph.features.sample_rate
        self._extractor = FeatureExtractor(graph.features)
        self._network = NetworkRunner(network)
        self._search = BeamSearch(graph, beam_width, scorer=folder.scorer, weights=weights, hot_words=options.hot_words)
        self.description = EngineDescription(
            engine_name(int8=options.int8_lstm),
            graph.features.sample_rate,
            folder.record,
            DecoderSettings(beam_width, *(weights or (None, None))),
        )

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Answer]:
        """Yield one result for each segment, in the order in which the engine finishes them.

        Between two calls of the network, the engine fills the free slots with the segments that are available. It waits
        for a segment only if all slots are free.
        """
        source = segments if isinstance(segments, SegmentSource) else SegmentSource(segments)
        slots: list[SegmentSlot] = []
        state = self._network.empty_state()
        while True:
            started = time.thread_time()
            new = self._fill_slots(source, len(slots))
            if not slots and not new:
                return
            slots += new
            state = state.extend(len(new)) if new else state
            steps = min(_MAX_STEPS, *(slot.remaining for slot in slots))  # no call continues past the end of a segment
            windows = np.stack([slot.windows(steps) for slot in slots], axis=1)
            probabilities, state = self._network.run(windows, state)
            cpu_seconds = (time.thread_time() - started) / len(slots)
            for row, slot in enumerate(slots):
                slot.add(probabilities[:, row], cpu_seconds)
            unfinished = [row for row, slot in enumerate(slots) if slot.remaining]
            if len(unfinished) < len(slots):
                yield from (self._decode(slot) for slot in slots if not slot.remaining)
                slots = [slots[row] for row in unfinished]
                state = state.keep(unfinished)

    def _fill_slots(self, source: SegmentSource, occupied: int) -> list[SegmentSlot]:
        """Fill free slots with the segments that are available. Wait for a segment only if all slots are free.

        Args:
            source: the segments.
            occupied: the number of occupied slots.

        Returns:
            The slots that were filled. They may be none.
        """
        new: list[SegmentSlot] = []
        while occupied + len(new) < SLOTS:
            segment = source.take(wait=not occupied and not new)
            if segment is None:
                break
            new.append(SegmentSlot(segment, self._extractor.frames(segment.samples), self._context))
        return new

    def _decode(self, slot: SegmentSlot) -> Answer:
        """Find the words of a segment that the network has processed to its end, and return the result."""
        segment, started = slot.segment, time.thread_time()
        candidates = self._search.decode(np.concatenate(slot.probabilities), self.description.decoder.candidates)
        if not candidates:
            message = f"The decoder returned nothing for {segment.seconds:.2f} s of audio at {segment.start:.2f} s."
            return FailedSegment(segment.file, segment.start, EngineFailed(message))
        return Utterance(
            segment.file,
            segment.start,
            segment.end,
            word_confidence.words(segment, candidates, self._step),
            word_confidence.alternatives(candidates, self._alternatives),
            slot.cpu_seconds + time.thread_time() - started,
        )
