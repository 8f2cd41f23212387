"""A correction in the form from which every format is made."""

from __future__ import annotations

import json

from transcription.contract import records
from transcription.contract.correction import UNCHECKED, Correction, Segment
from transcription.contract.errors import RecordInvalid
from transcription.contract.spoken_word import Word
from transcription.formats import saved_transcript
from transcription.formats.saved_transcript import SavedTranscript
from transcription.formats.spoken_segment import SpokenSegment


def from_correction(correction: Correction) -> SavedTranscript:
    """Return a correction as a transcript. What a person checked or wrote has the confidence 1, so it is not unsure."""
    return SavedTranscript(
        recording=correction.recording,
        seconds=correction.seconds,
        utterances=tuple(_spoken(segment) for segment in correction.segments),
        low_confidence=correction.low_confidence,
    )


def parse(data: bytes, where: str) -> SavedTranscript:
    """Parse the JSON of a transcript or of a correction.

    Args:
        data: the content of the file.
        where: the place of the file, for the error.

    Raises:
        RecordInvalid: the content is neither.
    """
    try:
        document = json.loads(data)
    except ValueError as error:
        raise RecordInvalid(f"{where} is not JSON: {error}") from error
    if isinstance(document, dict) and document.get("record") == Correction.__name__.lower():
        return from_correction(records.load(Correction, data, where))
    return saved_transcript.parse(data, where)


def _spoken(segment: Segment) -> SpokenSegment:
    is_human = segment.state != UNCHECKED
    words = tuple(
        Word(word.word, word.start, word.end, 1.0 if is_human or word.confidence is None else word.confidence)
        for word in segment.words
    )
    return SpokenSegment(segment.start, segment.end, words, segment.channel)
