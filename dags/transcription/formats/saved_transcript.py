"""A transcript read back from its JSON file, from which every other format is made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

from transcription.contract import records
from transcription.contract.errors import RecordInvalid
from transcription.contract.manifest import Item
from transcription.contract.result import Audio
from transcription.contract.spoken_word import Word
from transcription.formats.spoken_segment import Spoken, SpokenSegment


@dataclass(frozen=True)
class SavedTranscript:
    """The parts of a transcript's JSON that the other formats show."""

    #: The name of the recording with its ending, without folders.
    recording: str
    #: The length of the recording, in seconds.
    seconds: float
    #: The segments in the order of their starts, with their words. Alternatives are left out.
    utterances: tuple[Spoken, ...]
    #: Words with less confidence than this are unsure.
    low_confidence: float

    @property
    def channels(self) -> tuple[Optional[str], ...]:
        """The names of the channels that were transcribed separately, or `None` alone if they are mixed."""
        return tuple(dict.fromkeys(utterance.channel for utterance in self.utterances)) or (None,)

    @property
    def words(self) -> tuple[Word, ...]:
        """All words, segment by segment."""
        return tuple(word for utterance in self.utterances for word in utterance.words)

    def is_unsure(self, word: Word) -> bool:
        """Return whether the word's confidence is low."""
        return word.confidence < self.low_confidence


@dataclass(frozen=True)
class _Segment:
    start: float
    end: float
    text: str
    channel: Optional[str] = None


@dataclass(frozen=True)
class _Options:
    low_confidence: Optional[float] = None


@dataclass(frozen=True)
class _Provenance:
    input: Item
    options: _Options


@dataclass(frozen=True)
class _Document:
    """The fields of the JSON that are read. `contract/transcript.schema.json` describes all of them."""

    version: int
    words: tuple[Word, ...]
    segments: tuple[_Segment, ...]
    audio: Audio
    provenance: _Provenance


#: The limit of transcripts that do not name one; release 0.1 wrote such transcripts.
_LOW_CONFIDENCE = 0.8


def parse(data: bytes, where: str) -> SavedTranscript:
    """Parse the JSON of a transcript.

    Args:
        data: the content of the file.
        where: the place of the file, for the error.

    Raises:
        RecordInvalid: the content is not the JSON of a transcript.
    """
    try:
        document: _Document = records.parse(_Document, json.loads(data), where)
    except ValueError as error:
        raise RecordInvalid(f"{where} is not JSON: {error}") from error
    if document.version != 1:
        raise RecordInvalid(f"{where} has version {document.version}; this release reads transcripts of version 1.")
    limit = document.provenance.options.low_confidence
    return SavedTranscript(
        recording=document.provenance.input.key.rpartition("/")[2],
        seconds=document.audio.seconds,
        utterances=tuple(_utterances(document, where)),
        low_confidence=_LOW_CONFIDENCE if limit is None else limit,
    )


def _utterances(document: _Document, where: str) -> Iterator[SpokenSegment]:
    """Yield each segment with its words.

    The JSON lists the words of all segments in one list. A segment takes as many of them as make up its text.

    Raises:
        RecordInvalid: the words and the texts of the segments differ.
    """
    words = iter(document.words)
    for segment in document.segments:
        text = segment.text.replace(" ", "")
        spoken, length = [], 0
        while length < len(text) and (word := next(words, None)) is not None:
            spoken.append(word)
            length += len(word.word)
        if "".join(word.word for word in spoken) != text:
            raise RecordInvalid(f"{where}: the words and the text of the segment at {segment.start} s differ.")
        yield SpokenSegment(segment.start, segment.end, tuple(spoken), segment.channel)
    if left := len(list(words)):
        raise RecordInvalid(f"{where}: {left} words belong to no segment.")
