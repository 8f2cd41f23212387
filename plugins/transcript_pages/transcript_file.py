"""The transcript of a recording, made in a format when somebody downloads it."""

from __future__ import annotations

from typing import NamedTuple

from transcript_pages.recording_data import PLAIN_FORMATS, Recording
from transcription.formats import plain_text
from transcription.formats.renderers import FORMATS


class TranscriptFile(NamedTuple):
    """A file to download."""

    content: bytes
    content_type: str


class FormatUnknown(Exception):
    """Raised when there is no such format, or its library is not installed."""

    def __init__(self) -> None:
        known = ", ".join((*PLAIN_FORMATS, *FORMATS))
        super().__init__(f"There is no such format here. The formats are {known}.")


def make_file(recording: Recording, ending: str) -> TranscriptFile:
    """Return the transcript, as it is corrected now, in the format of this ending.

    Raises:
        FormatUnknown: the format cannot be made.
    """
    if ending == "txt":
        return TranscriptFile(plain_text.render(recording.transcript.utterances), "text/plain; charset=utf-8")
    if ending == "json":
        return TranscriptFile(recording.content, "application/json")
    form = FORMATS.get(ending)
    if form is None or not form.is_available:
        raise FormatUnknown
    return TranscriptFile(form.render(recording.transcript), form.content_type)
