"""What turns segments into words: the interface, behind which one engine can be put in another's place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Optional, Protocol, Union

from transcriber.audio.segmentation import Segment
from transcription.contract.errors import EngineFailed
from transcription.contract.result import Model


@dataclass(frozen=True)
class Word:
    """A word and when it was spoken, in seconds from the start of the file."""

    word: str
    start: float
    end: float
    #: From 0 to 1: how much of the probability of all candidates lies on those that have this word here.
    confidence: float


@dataclass(frozen=True)
class Alternative:
    """Something else that may have been said in a segment."""

    text: str
    #: From 0 to 1: its share of the probability of all candidates.
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
    #: The likeliest first, as many as were asked for and found.
    alternatives: tuple[Alternative, ...] = ()
    #: What recognition took of one vCPU, in seconds.
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Unheard:
    """A segment to which the engine gave no answer."""

    #: The file's number and where the segment starts in it, in seconds, as in `Segment`.
    file: int
    start: float
    error: EngineFailed


@dataclass(frozen=True)
class Decoder:
    """The settings of the beam search that were in force; `None`: what the scorer holds, or no scorer."""

    beam_width: int
    lm_alpha: Optional[float]
    lm_beta: Optional[float]


@dataclass(frozen=True)
class Description:
    """What an engine is, as far as its callers and the transcripts need to know."""

    #: Of the engine, with its version.
    name: str
    #: In hertz: the rate at which it wants audio.
    sample_rate: int
    model: Model
    decoder: Decoder
    #: What people should know of the engine: why it is not another one, or how exact it is.
    note: str = ""


class Source:
    """Where an engine takes its segments from, one after another."""

    def __init__(self, segments: Iterable[Segment]) -> None:
        self._segments = iter(segments)

    def __iter__(self) -> Iterator[Segment]:
        """The segments, for an engine that takes one at a time."""
        while (segment := self.take(wait=True)) is not None:
            yield segment

    def take(self, *, wait: bool) -> Optional[Segment]:
        """The next segment. Nothing: there is none any more, or without `wait`, none at the moment."""
        return next(self._segments, None)


class Engine(Protocol):
    """Anything that understands segments."""

    @property
    def description(self) -> Description:
        """What it is."""

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Union[Utterance, Unheard]]:
        """One answer for each segment, in any order; segments of several files come mixed.

        Segments are taken from the iterable as they are needed, so that it may make them then. From a `Source` an
        engine may take as many as are there.
        """
