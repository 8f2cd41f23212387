"""The interface that all engines implement. An engine turns segments of audio into utterances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Optional, Protocol

from transcriber.audio.segmentation import Segment
from transcriber.engines.utterance import Answer
from transcription.contract.options import CANDIDATES
from transcription.contract.result import Model


@dataclass(frozen=True)
class DecoderSettings:
    """The settings that the beam search uses.

    `lm_alpha` and `lm_beta` are `None` if the scorer's own weights are used, or if there is no scorer.
    """

    beam_width: int
    lm_alpha: Optional[float]
    lm_beta: Optional[float]

    @property
    def candidates(self) -> int:
        """How many candidates the decoder is asked for.

        If a narrow beam has few probable candidates, impossible ones are at its end. DeepSpeech's decoder forgets where
        their letters begin, and crashes if it is asked for them.
        """
        return max(1, min(CANDIDATES, self.beam_width // 2))


@dataclass(frozen=True)
class EngineDescription:
    """The properties of an engine that its callers and the transcripts need."""

    #: Name and version of the engine.
    name: str
    #: Sample rate of the audio that the engine expects, in hertz.
    sample_rate: int
    model: Model
    decoder: DecoderSettings
    #: A message for users: why another engine was not used, or how exact this one is. May be empty.
    note: str = ""


class SegmentSource:
    """A queue from which an engine takes its segments one after another.

    Args:
        segments: the segments. The iterable creates a segment only when the engine takes it.
    """

    def __init__(self, segments: Iterable[Segment]) -> None:
        self._segments = iter(segments)

    def __iter__(self) -> Iterator[Segment]:
        """Yield all segments, for an engine that processes one at a time."""
        while (segment := self.take(wait=True)) is not None:
            yield segment

    def take(self, *, wait: bool) -> Optional[Segment]:
        """Return the next segment.

        Args:
            wait: whether to wait for a segment if none is available yet.

        Returns:
            The segment, or `None` if there are no more segments. If `wait` is false, `None` may also mean that no
            segment is available yet.
        """
        return next(self._segments, None)


class Engine(Protocol):
    """What every engine offers: its description, and a method that turns segments into results."""

    @property
    def description(self) -> EngineDescription:
        """The properties of this engine."""

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Answer]:
        """Yield one result for each segment, in any order. Segments of several files may alternate.

        Args:
            segments: the segments to transcribe. The engine takes a segment only when it has room for one, so that the
                iterable can create segments on demand. From a `SegmentSource` the engine may take as many segments as
                are available.
        """
