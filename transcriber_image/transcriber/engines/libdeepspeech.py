"""The engine of the `deepspeech` package: libdeepspeech 0.9.3, which transcribes one segment at a time on one core."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from typing import Any, Callable

import deepspeech
import numpy as np

from transcriber.audio.segmentation import Segment
from transcriber.engines import word_confidence
from transcriber.engines.engine import DecoderSettings, EngineDescription
from transcriber.engines.utterance import Answer, FailedSegment, Utterance
from transcriber.model.graph import read_step
from transcriber.model.hot_words import add_hot_words
from transcriber.model.model_folder import ModelFolder
from transcriber.model.scorer_weights import choose_weights
from transcription.contract.errors import EngineFailed, ModelInvalid
from transcription.contract.options import Options

NAME = f"libdeepspeech {deepspeech.version()}"


class LibDeepSpeech:
    """An engine that calls libdeepspeech. It uses one core, although libdeepspeech starts several threads.

    Args:
        folder: the model, which is loaded once.
        options: the options of the run. Missing values come from `model.json`, or from the graph and the scorer if
            they are missing there, too.

    Raises:
        ModelInvalid: libdeepspeech cannot load the model or the scorer, or cannot run the graph.
        OptionInvalid: the options have scorer weights or hot words that do not fit the model, for example because the
            model has no scorer.
    """

    def __init__(self, folder: ModelFolder, options: Options = Options()) -> None:  # noqa: B008 - it is frozen
        self._alternatives = options.alternatives
        self._native = _load_model(folder)
        self._step = read_step(folder.acoustic)
        beam_width = options.beam_width or folder.defaults.beam_width
        if beam_width is not None:
            self._native.setBeamWidth(beam_width)
        weights = choose_weights(folder, options)
        if weights:
            self._native.setScorerAlphaBeta(*weights)
        add_hot_words(self._native, folder, options.hot_words)
        decoder = DecoderSettings(self._native.beamWidth(), *(weights or (None, None)))
        self.description = EngineDescription(NAME, self._native.sampleRate(), folder.record, decoder)
        self._check_graph_runs(folder)

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Answer]:
        """Yield one result for each segment, in the same order."""
        for segment in segments:
            try:
                yield self.transcribe_segment(segment)
            except EngineFailed as error:
                yield FailedSegment(segment.file, segment.start, error)

    def transcribe_segment(self, segment: Segment) -> Utterance:
        """Transcribe one segment.

        Raises:
            EngineFailed: libdeepspeech returned no result.
        """
        started = time.process_time()
        metadata = self._native.sttWithMetadata(segment.samples, self.description.decoder.candidates)
        if metadata is None or not metadata.transcripts:
            raise EngineFailed(
                f"DeepSpeech returned nothing for {segment.seconds:.2f} s of audio at {segment.start:.2f} s. "
                "The lines above may say why; if they name the graph, the model is broken."
            )
        return Utterance(
            segment.file,
            segment.start,
            segment.end,
            word_confidence.words(segment, metadata.transcripts, self._step),
            word_confidence.alternatives(metadata.transcripts, self._alternatives),
            time.process_time() - started,
        )

    def _check_graph_runs(self, folder: ModelFolder) -> None:
        """Check that libdeepspeech can run the graph, with audio of one sample, which needs the graph only once.

        If a graph cannot run, libdeepspeech only prints the reason, and returns an empty transcript for any audio.

        Raises:
            ModelInvalid: the graph cannot run.
        """
        output = _capture_standard_error(lambda: self._native.stt(np.zeros(1, np.int16)))
        if "Error running session" in output:
            raise ModelInvalid(
                f"DeepSpeech cannot run the graph of {folder.acoustic}: {' '.join(output.split())[:500]}"
            )


def _load_model(folder: ModelFolder) -> Any:
    try:
        native = deepspeech.Model(str(folder.acoustic))
        if folder.scorer is not None:
            native.enableExternalScorer(str(folder.scorer))
    except RuntimeError as error:
        files = " or ".join(path.name for path in (folder.acoustic, folder.scorer) if path)
        raise ModelInvalid(f"DeepSpeech 0.9.3 cannot load {files} of {folder.acoustic.parent}: {error}") from error
    return native


def _capture_standard_error(function: Callable[[], object]) -> str:
    """Call `function` and return all text that is written to standard error meanwhile, also by C code."""
    with tempfile.TemporaryFile() as file:
        standard_error = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            function()
        finally:
            os.dup2(standard_error, 2)
            os.close(standard_error)
        file.seek(0)
        return file.read().decode(errors="replace")
