"""The record of a correction: what people made of the transcript of one recording, segment by segment.

The page writes it beside the machine's transcript, which it never changes. `correction.schema.json` describes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Optional

from .word_alignment import TimedWord

#: What people did with a segment, or with a whole recording.
UNCHECKED, CHECKED, CORRECTED = STATES = ("unchecked", "checked", "corrected")


@dataclass(frozen=True)
class Segment:
    """A piece of a recording, and what is said in it."""

    #: In seconds from the start of the recording.
    start: float
    end: float
    #: The words with one space between them; empty if nothing is said.
    text: str
    words: tuple[TimedWord, ...]
    #: One of `STATES`. `checked`: a person found it right. `corrected`: a person changed the text.
    state: str = UNCHECKED
    #: The name of the channel; `None` if the channels of the recording are mixed.
    channel: Optional[str] = None
    #: Who changed the text or the state last, and when (ISO 8601 in UTC); empty if nobody did.
    by: str = ""
    at: str = ""


@dataclass(frozen=True)
class Basis:
    """The transcript and the audio that a correction is based on."""

    #: SHA-256 of `output/{name}.json`, hexadecimal.
    transcript_sha256: str
    #: SHA-256 of the recording, hexadecimal, as the transcript names it.
    audio_sha256: str


@dataclass(frozen=True)
class Correction:
    """What people made of a transcript."""

    #: The name of the recording with its ending, without folders.
    recording: str
    #: The length of the recording, in seconds.
    seconds: float
    #: Words with less confidence than this are unsure, in segments that nobody checked.
    low_confidence: float
    based_on: Basis
    #: The endings of the formats in which it is written, too.
    formats: tuple[str, ...]
    segments: tuple[Segment, ...]
    #: Who saved it last, and when (ISO 8601 in UTC).
    by: str = ""
    at: str = ""

    @property
    def state(self) -> str:
        """The state of the whole recording.

        It is `corrected` if a segment is, else `checked` if all segments with words are, else `unchecked`.
        """
        if any(segment.state == CORRECTED for segment in self.segments):
            return CORRECTED
        open_segments = any(segment.words and segment.state == UNCHECKED for segment in self.segments)
        return UNCHECKED if open_segments or not self.segments else CHECKED

    @property
    def unsure_words(self) -> int:
        """The number of unsure words in segments that nobody checked."""
        return sum(
            word.confidence is not None and word.confidence < self.low_confidence
            for segment in self.segments
            if segment.state == UNCHECKED
            for word in segment.words
        )

    @property
    def summary(self) -> Mapping[str, str]:
        """The metadata of the object in S3, from which a list of recordings shows the state without reading the record.

        Its fields are the state, the numbers of segments and of those that are checked or corrected, and of unsure
        words.
        """
        spoken = [segment for segment in self.segments if segment.words or segment.state != UNCHECKED]
        return {
            "state": self.state,
            "segments": str(len(spoken)),
            "checked": str(sum(segment.state != UNCHECKED for segment in spoken)),
            "unsure": str(self.unsure_words),
        }
