"""What a list says about a recording: state, length, confidence and unsure words.

The container writes the figures as metadata of the transcript, and the pages write the state as metadata of the
correction. So no transcript has to be read. Transcripts of earlier releases have no metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from transcript_pages.audio_bucket import AudioBucket
from transcription.contract import keys
from transcription.contract.correction import STATES, UNCHECKED


@dataclass(frozen=True)
class RecordingSummary:
    """The figures of a recording; None where unknown."""

    #: One of `correction.STATES`; empty if unknown.
    state: str
    seconds: float | None
    confidence: float | None
    #: Number of unsure words that nobody has checked.
    unsure_words: int | None


def summarize(bucket: AudioBucket, name: str) -> RecordingSummary:
    """Return the summary of a recording, with two requests to S3."""
    made = _metadata(bucket, keys.transcript_json(name)) or {}
    corrected = _metadata(bucket, keys.corrected_json(name))
    state = UNCHECKED if corrected is None else corrected.get("state", "")
    unsure = _number((made if corrected is None else corrected).get("unsure"))
    return RecordingSummary(
        state if state in STATES else "",
        _number(made.get("seconds")),
        _number(made.get("confidence")),
        None if unsure is None else int(unsure),
    )


def _metadata(bucket: AudioBucket, key: str) -> Mapping[str, str] | None:
    """Return the metadata of an object, or None if there is no object."""
    head = bucket.head(key)
    return head["Metadata"] if head else None


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
