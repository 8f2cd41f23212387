"""DeepSpeech's beam search, which finds the most probable texts for the probabilities of letters.

The package `ds_ctcdecoder` is built from the same source as libdeepspeech.
"""

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

#: libdeepspeech's limits for the labels of a frame: the sum of their probabilities has no limit, and only the 40 most
#: probable labels count.
#: Source: DeepSpeech 0.9.3, native_client/modelstate.h and deepspeech.cc.
_CUTOFF_PROBABILITY, _CUTOFF_LABELS = 1.0, 40


class Letter(NamedTuple):
    """A letter of a candidate and its start, in seconds from the start of the segment."""

    text: str
    start_time: float


class Candidate(NamedTuple):
    """A possible transcript of a segment, with the fields of libdeepspeech's `CandidateTranscript`."""

    #: The logarithm of the candidate's score, not a confidence from 0 to 1.
    confidence: float
    tokens: tuple[Letter, ...]


class BeamSearch:
    """A beam search with its alphabet, scorer and hot words.

    Args:
        graph: the model's graph, which contains the alphabet.
        beam_width: the number of candidates that the search keeps.
        scorer: the scorer file, or `None` to search without a language model.
        weights: `lm_alpha` and `lm_beta`, or `None` to use the weights in the scorer file.
        hot_words: the hot words with their boosts. They have no effect without a scorer.

    Raises:
        ModelInvalid: the scorer cannot be loaded, or was made for another alphabet.
    """

    def __init__(
        self,
        graph: AcousticGraph,
        beam_width: int,
        *,
        scorer: Optional[Path] = None,
        weights: Optional[tuple[float, float]] = None,
        hot_words: Sequence[HotWord] = (),
    ) -> None:
        #: Length of a time step in seconds, in libdeepspeech's precision.
        self._step = np.float32(graph.features.step) / np.float32(graph.features.sample_rate)
        self._beam_width = beam_width
        self._letters = [label.decode("utf-8", "surrogateescape") for label in graph.labels]
        self._alphabet = _create_alphabet(graph.labels)
        self._hot_words = {hot_word.word.encode("utf-8", "replace"): hot_word.boost for hot_word in hot_words}
        self._scorer = _load_scorer(scorer, self._alphabet, weights) if scorer else None

    def decode(self, probabilities: Floats, count: int) -> list[Candidate]:
        """Return the most probable candidates for a segment, the best first.

        Args:
            probabilities: the probability of each label in each frame, shape (frames, labels + 1). The blank is last.
            count: the maximum number of candidates to return.
        """
        state = swigwrapper.DecoderState()
        state.init(self._alphabet, self._beam_width, _CUTOFF_PROBABILITY, _CUTOFF_LABELS, self._scorer, self._hot_words)
        state.next(probabilities.astype(np.float64))
        return [self._to_candidate(output) for output in state.decode(count)]

    def _to_candidate(self, output: swigwrapper.Output) -> Candidate:
        times = np.array(output.timesteps, np.float32) * self._step
        letters = (Letter(self._letters[label], time) for label, time in zip(output.tokens, times.tolist()))
        return Candidate(output.confidence, tuple(letters))


def _create_alphabet(labels: Sequence[bytes]) -> swigwrapper.Alphabet:
    """Create the decoder's alphabet from the letters of all labels.

    The decoder reads an alphabet as graphs store it: the count of labels, then number, length and letter of each label.
    """
    entries = (struct.pack("<HH", number, len(label)) + label for number, label in enumerate(labels))
    packed = struct.pack("<H", len(labels)) + b"".join(entries)
    alphabet = swigwrapper.Alphabet()
    alphabet.Deserialize(packed, len(packed))
    return alphabet


def _load_scorer(path: Path, alphabet: swigwrapper.Alphabet, weights: Optional[tuple[float, float]]) -> Scorer:
    scorer = Scorer()
    code = scorer.init(str(path).encode(), alphabet)
    if code:
        raise ModelInvalid(f"The decoder cannot load {path}: error 0x{code:x}. Is it made for this model's alphabet?")
    if weights:
        scorer.reset_params(*weights)
    return scorer
