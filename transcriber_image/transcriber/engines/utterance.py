"""The result of recognising one segment: its words and alternatives, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Union

from transcription.contract.errors import EngineFailed
from transcription.contract.spoken_word import Word


@dataclass(frozen=True)
class Alternative:
    """Another possible text of a segment."""

    text: str
    #: From 0 to 1: the share that the candidates with this text have in the probability of all candidates.
    confidence: float


@dataclass(frozen=True)
class Utterance:
    """The recognised speech of one segment.

    An utterance does not contain the segment's audio, so that the utterances of a long file need little memory.
    """

    #: The file's number, as in `Segment`.
    file: int
    #: Start and end of the segment, in seconds from the start of the file.
    start: float
    end: float
    words: tuple[Word, ...]
    #: The likeliest first; at most as many as the options request.
    alternatives: tuple[Alternative, ...] = ()
    #: CPU time of the recognition, in seconds of one vCPU.
    cpu_seconds: float = 0.0
    #: The name of the channel; `None` if the channels of the file are mixed.
    channel: Optional[str] = None


@dataclass(frozen=True)
class FailedSegment:
    """A segment that the engine could not transcribe."""

    #: The file's number, as in `Segment`.
    file: int
    #: Start of the segment, in seconds from the start of the file.
    start: float
    error: EngineFailed


#: What an engine returns for a segment.
Answer = Union[Utterance, FailedSegment]
