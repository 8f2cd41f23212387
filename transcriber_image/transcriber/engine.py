"""What turns segments into words, and the one engine there is: libdeepspeech by the `deepspeech` package."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Optional, Protocol

import deepspeech
import numpy as np

from transcription.contract.errors import EngineFailed, ModelInvalid
from transcription.contract.options import HotWord
from transcription.contract.result import Model

from .hot_words import add_hot_words
from .model import ModelFolder
from .segments import Segment

#: How many candidate transcripts of a segment are compared to tell how sure its words are.
_CANDIDATES = 16
#: In seconds: how long one time step of the decoder is. Source: `feature_win_step` of DeepSpeech's training flags.
_STEP = 0.02


@dataclass(frozen=True)
class Word:
    """A word and when it was spoken, in seconds from the start of the file."""

    word: str
    start: float
    end: float
    #: From 0 to 1: how much of the probability of all candidates lies on those that have this word here.
    confidence: float


@dataclass(frozen=True)
class Utterance:
    """What was said in a segment; without its audio, so that a long file's utterances need little memory."""

    #: The file's number, as in `Segment`.
    file: int
    #: Where the segment lies in the file, in seconds.
    start: float
    end: float
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Decoder:
    """The settings of the beam search that were in force; `None`: what the scorer holds, or no scorer."""

    beam_width: int
    lm_alpha: Optional[float]
    lm_beta: Optional[float]


class Engine(Protocol):
    """Anything that understands segments."""

    #: In hertz: the rate at which it wants audio.
    sample_rate: int
    #: For provenance: name and version, the model, and how it decodes.
    name: str
    model: Model
    decoder: Decoder

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Utterance]:
        """One utterance for each segment, in any order; segments of several files may come mixed.

        Raises:
            EngineFailed: the engine gave no answer.
        """


class DeepSpeechEngine:
    """DeepSpeech 0.9.3 on one core, a segment at a time."""

    name = f"libdeepspeech {deepspeech.version()}"

    def __init__(
        self, folder: ModelFolder, beam_width: Optional[int] = None, hot_words: Sequence[HotWord] = ()
    ) -> None:
        """Load a model once. `beam_width`, else what `model.json`, else what the graph says.

        Raises:
            ModelInvalid: DeepSpeech cannot load the model or the scorer, or cannot run the graph.
            OptionInvalid: the model cannot take the hot words.
        """
        defaults = folder.defaults
        self.model = folder.record
        try:
            self._native = deepspeech.Model(str(folder.acoustic))
            if folder.scorer is not None:
                self._native.enableExternalScorer(str(folder.scorer))
        except RuntimeError as error:
            files = " or ".join(each.name for each in (folder.acoustic, folder.scorer) if each)
            raise ModelInvalid(f"DeepSpeech 0.9.3 cannot load {files} of {folder.acoustic.parent}: {error}") from error
        if folder.scorer is not None and defaults.lm_alpha is not None and defaults.lm_beta is not None:
            self._native.setScorerAlphaBeta(defaults.lm_alpha, defaults.lm_beta)
        width = beam_width or defaults.beam_width
        if width is not None:
            self._native.setBeamWidth(width)
        self.sample_rate: int = self._native.sampleRate()
        has_scorer = folder.scorer is not None
        self.decoder = Decoder(
            beam_width=self._native.beamWidth(),
            lm_alpha=defaults.lm_alpha if has_scorer else None,
            lm_beta=defaults.lm_beta if has_scorer else None,
        )
        add_hot_words(self._native, folder, hot_words)
        self._try_out(folder)

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Utterance]:
        """One utterance for each segment, in their order."""
        for segment in segments:
            metadata = self._native.sttWithMetadata(segment.samples, _CANDIDATES)
            if metadata is None or not metadata.transcripts:
                raise EngineFailed(
                    f"DeepSpeech returned nothing for {segment.seconds:.2f} s of audio at {segment.start:.2f} s. "
                    "The lines above may say why; if they name the graph, the model is broken."
                )
            yield Utterance(segment.file, segment.start, segment.end, _words(segment, metadata.transcripts))

    def _try_out(self, folder: ModelFolder) -> None:
        """Run the graph once. Where that fails, libdeepspeech prints the reason, goes on, and hears silence."""
        complaint = _printed_by(lambda: self._native.stt(np.zeros(self.sample_rate, np.int16)))
        if "Error running session" in complaint:
            raise ModelInvalid(f"DeepSpeech cannot run the graph of {folder.acoustic}: {complaint.strip()[:500]}")


def _words(segment: Segment, candidates: Any) -> tuple[Word, ...]:
    """The words of the best of the decoder's candidates, which come best first.

    `confidence` of a candidate is the logarithm of its score: sound, and language model if there is one. What it means
    depends on the length and the scorer; the differences between candidates do not. Hence a word's confidence is its
    posterior probability over the candidates (Wessel et al., "Confidence measures for large vocabulary continuous
    speech recognition", 2001).
    """
    scores = np.array([each.confidence for each in candidates])
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    spoken = [_spans(segment, each.tokens) for each in candidates]
    return tuple(
        Word(*span, confidence=float(sum(share for share, other in zip(shares, spoken) if _holds(other, *span))))
        for span in spoken[0]
    )


def _holds(spans: list[tuple[str, float, float]], text: str, start: float, end: float) -> bool:
    """Whether a word is among others at about the same time."""
    return any(each == text and begin <= end and start <= finish for each, begin, finish in spans)


def _spans(segment: Segment, tokens: Any) -> list[tuple[str, float, float]]:
    """Text, start and end of each word, from the decoder's letters.

    A letter has a start and no end. A word ends one time step after its last letter starts, but with its segment.
    """
    spans: list[tuple[str, float, float]] = []
    letters: list[Any] = []
    for token in [*tokens, None]:
        if token is not None and token.text != " ":
            letters.append(token)
        elif letters:
            start = min(segment.start + letters[0].start_time, segment.end)
            end = min(segment.start + letters[-1].start_time + _STEP, segment.end)
            spans.append(("".join(each.text for each in letters), start, end))
            letters = []
    return spans


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
