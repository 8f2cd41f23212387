"""The beam search, DeepSpeech's own: the package `ds_ctcdecoder` is built from the same source as libdeepspeech."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Optional

import numpy as np
from ds_ctcdecoder import Scorer, swigwrapper

from transcriber.engines.batched.mfcc import Floats
from transcriber.model.graph import AcousticGraph
from transcription.contract.errors import ModelInvalid
from transcription.contract.hot_word import HotWord

#: What libdeepspeech gives the search: no label is too improbable, and the 40 most probable of each frame count.
#: Source: DeepSpeech 0.9.3, native_client/modelstate.h and deepspeech.cc.
_CUTOFF_PROBABILITY, _CUTOFF_LABELS = 1.0, 40


class Letter(NamedTuple):
    """One label of a candidate, and when it begins, in seconds from the start of its segment."""

    text: str
    start_time: float


class Candidate(NamedTuple):
    """Something that may have been said. As libdeepspeech's `CandidateTranscript`."""

    #: The logarithm of its score.
    confidence: float
    tokens: tuple[Letter, ...]


class BeamSearch:
    """The search with all that it needs; what is left open is what libdeepspeech takes.

    `width` is how many candidates it keeps; `weights` are alpha and beta of the scorer, where they are not its own.

    Raises:
        ModelInvalid: the scorer cannot be loaded, or is for another alphabet.
    """

    def __init__(
        self,
        graph: AcousticGraph,
        width: int,
        *,
        scorer: Optional[Path] = None,
        weights: Optional[tuple[float, float]] = None,
        hot_words: Sequence[HotWord] = (),
    ) -> None:
        #: In seconds, in the precision in which libdeepspeech calculates it.
        self._step = np.float32(graph.features.step) / np.float32(graph.features.sample_rate)
        self._width = width
        self._letters = [label.decode("utf-8", "surrogateescape") for label in graph.labels]
        self._alphabet = _alphabet(graph.labels)
        self._hot_words = {each.word.encode("utf-8", "replace"): each.boost for each in hot_words}
        self._scorer = _scorer(scorer, self._alphabet, weights) if scorer else None

    def decode(self, probabilities: Floats, wanted: int) -> list[Candidate]:
        """The `wanted` likeliest candidates, the best first.

        Args:
            probabilities: shape (frames, labels and the blank).
            wanted: the most that are returned.
        """
        state = swigwrapper.DecoderState()
        state.init(self._alphabet, self._width, _CUTOFF_PROBABILITY, _CUTOFF_LABELS, self._scorer, self._hot_words)
        state.next(probabilities.astype(np.float64))
        return [self._candidate(each) for each in state.decode(wanted)]

    def _candidate(self, found: swigwrapper.Output) -> Candidate:
        times = np.array(found.timesteps, np.float32) * self._step
        letters = (Letter(self._letters[token], time) for token, time in zip(found.tokens, times.tolist()))
        return Candidate(found.confidence, tuple(letters))


def _alphabet(labels: Sequence[bytes]) -> swigwrapper.Alphabet:
    """As a graph holds it: how many labels there are, then number, length and bytes of each."""
    entries = (struct.pack("<HH", number, len(label)) + label for number, label in enumerate(labels))
    packed = struct.pack("<H", len(labels)) + b"".join(entries)
    alphabet = swigwrapper.Alphabet()
    alphabet.Deserialize(packed, len(packed))
    return alphabet


def _scorer(path: Path, alphabet: swigwrapper.Alphabet, weights: Optional[tuple[float, float]]) -> Scorer:
    scorer = Scorer()
    code = scorer.init(str(path).encode(), alphabet)
    if code:
        raise ModelInvalid(f"The decoder cannot load {path}: error 0x{code:x}. Is it made for this model's alphabet?")
    if weights:
        scorer.reset_params(*weights)
    return scorer
