"""DeepSpeech 0.9.3 by the `deepspeech` package: one segment at a time, on one core whatever its threads."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from typing import Any, Union

import deepspeech
import numpy as np

from transcriber.audio.segmentation import Segment
from transcriber.engines import word_confidence
from transcriber.engines.engine import DecoderSettings, EngineDescription
from transcriber.engines.utterance import FailedSegment, Utterance
from transcriber.model.hot_words import add_hot_words
from transcriber.model.model_folder import ModelFolder
from transcriber.model.scorer_weights import choose_weights
from transcription.contract.errors import EngineFailed, ModelInvalid
from transcription.contract.options import CANDIDATES, Options

NAME = f"libdeepspeech {deepspeech.version()}"


class LibDeepSpeech:
    """An engine on one core."""

    def __init__(self, folder: ModelFolder, options: Options = Options()) -> None:  # noqa: B008 - it is frozen
        """Load a model once. What `options` leave open, `model.json` says, or else the graph and the scorer.

        Raises:
            ModelInvalid: DeepSpeech cannot load the model or the scorer, or cannot run the graph.
            OptionInvalid: the model cannot take the language model's weights or the hot words.
        """
        self._alternatives = options.alternatives
        self._native = _load(folder)
        width = options.beam_width or folder.defaults.beam_width
        if width is not None:
            self._native.setBeamWidth(width)
        weights = choose_weights(folder, options)
        if weights:
            self._native.setScorerAlphaBeta(*weights)
        add_hot_words(self._native, folder, options.hot_words)
        decoder = DecoderSettings(self._native.beamWidth(), *(weights or (None, None)))
        self.description = EngineDescription(NAME, self._native.sampleRate(), folder.record, decoder)
        self._try_out(folder)

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Union[Utterance, FailedSegment]]:
        """One answer for each segment, in their order."""
        for segment in segments:
            try:
                yield self.transcribe_segment(segment)
            except EngineFailed as error:
                yield FailedSegment(segment.file, segment.start, error)

    def transcribe_segment(self, segment: Segment) -> Utterance:
        """What is said in a segment.

        Raises:
            EngineFailed: DeepSpeech gave no answer.
        """
        begun = time.process_time()
        metadata = self._native.sttWithMetadata(segment.samples, CANDIDATES)
        if metadata is None or not metadata.transcripts:
            raise EngineFailed(
                f"DeepSpeech returned nothing for {segment.seconds:.2f} s of audio at {segment.start:.2f} s. "
                "The lines above may say why; if they name the graph, the model is broken."
            )
        return Utterance(
            segment.file,
            segment.start,
            segment.end,
            word_confidence.words(segment, metadata.transcripts),
            word_confidence.alternatives(metadata.transcripts, self._alternatives),
            time.process_time() - begun,
        )

    def _try_out(self, folder: ModelFolder) -> None:
        """Run the graph once. Where that fails, libdeepspeech prints the reason, goes on, and hears silence."""
        complaint = _printed_by(lambda: self._native.stt(np.zeros(1, np.int16)))  # filled up to a step of the graph
        if "Error running session" in complaint:
            raise ModelInvalid(
                f"DeepSpeech cannot run the graph of {folder.acoustic}: {' '.join(complaint.split())[:500]}"
            )


def _load(folder: ModelFolder) -> Any:
    try:
        native = deepspeech.Model(str(folder.acoustic))
        if folder.scorer is not None:
            native.enableExternalScorer(str(folder.scorer))
    except RuntimeError as error:
        files = " or ".join(each.name for each in (folder.acoustic, folder.scorer) if each)
        raise ModelInvalid(f"DeepSpeech 0.9.3 cannot load {files} of {folder.acoustic.parent}: {error}") from error
    return native


def _printed_by(work: Any) -> str:
    """What `work` makes C code print to standard error."""
    with tempfile.TemporaryFile() as file:
        standard_error = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            work()
        finally:
            os.dup2(standard_error, 2)
            os.close(standard_error)
        file.seek(0)
        return file.read().decode(errors="replace")
