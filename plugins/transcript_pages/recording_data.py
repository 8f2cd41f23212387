"""What the page of a recording shows: its segments, who corrected them, and how the transcript was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import HTTPException

from transcript_pages import correction_store, machine_transcript
from transcript_pages.audio_bucket import AudioBucket
from transcript_pages.correction_store import SavedCorrection
from transcript_pages.machine_transcript import MachineTranscript
from transcript_pages.recording_audio import has_peaks
from transcription.contract import records
from transcription.contract.correction import Segment
from transcription.contract.format_names import format_name
from transcription.formats import corrected_transcript
from transcription.formats.renderers import FORMATS
from transcription.formats.saved_transcript import SavedTranscript

#: Formats that need no library: plain text, and the JSON from which all others are made.
PLAIN_FORMATS = ("txt", "json")
#: In bytes of UTF-8. S3 has no longer keys.
_LONGEST_NAME = 1024


class Recording(NamedTuple):
    """A recording with a transcript, a correction, or both."""

    machine: MachineTranscript | None
    saved: SavedCorrection | None

    @property
    def segments(self) -> Sequence[Segment]:
        """The segments as people left them, or else as the engine recognised them."""
        if self.saved:
            return self.saved.correction.segments
        return self.machine.segments if self.machine else ()

    @property
    def is_older(self) -> bool:
        """Whether the recording was transcribed again after the transcript on which the correction is based."""
        if not (self.machine and self.saved):
            return False
        return self.saved.correction.based_on.transcript_sha256 != self.machine.sha256

    @property
    def content(self) -> bytes:
        """The JSON from which all other formats are made: of the correction, or else of the transcript."""
        if self.saved:
            return records.dump(self.saved.correction)
        return self.machine.content if self.machine else b""

    @property
    def transcript(self) -> SavedTranscript:
        """The segments in the form from which every format is made."""
        if self.saved:
            return corrected_transcript.from_correction(self.saved.correction)
        assert self.machine is not None  # noqa: S101 - see `find_recording`
        return self.machine.saved


def find_recording(bucket: AudioBucket, name: str) -> Recording:
    """Return a recording by its name.

    Raises:
        HTTPException: there is neither a transcript nor a correction.
    """
    if name and "\x00" not in name and len(name.encode()) <= _LONGEST_NAME:
        recording = Recording(machine_transcript.find(bucket, name), correction_store.find(bucket, name))
        if recording.machine or recording.saved:
            return recording
    raise HTTPException(404, "There is no transcript of this recording.")


def describe(recording: Recording) -> dict[str, Any]:
    """Return what the page shows of a recording, without what depends on the user."""
    machine, transcript = recording.machine, recording.transcript
    return {
        "seconds": transcript.seconds,
        "low_confidence": transcript.low_confidence,
        "transcript": machine.sha256 if machine else "",
        "is_older": recording.is_older,
        "has_peaks": machine is not None and has_peaks(machine),
        "formats": {ending: format_name(ending) for ending in _available_formats()},
        "provenance": machine.provenance if machine else [],
        **describe_version(recording),
    }


def describe_version(recording: Recording) -> dict[str, Any]:
    """Return the segments of a recording, who saved them last and when, and the ETag of this version."""
    machine, saved = recording
    known = _known_alternatives(machine) if machine else {}
    return {
        "etag": saved.etag if saved else None,
        "by": saved.correction.by if saved else "",
        "at": saved.correction.at if saved else "",
        "segments": [_segment(segment, known.get(_place(segment), {})) for segment in recording.segments],
    }


def _available_formats() -> Iterable[str]:
    return *PLAIN_FORMATS, *(ending for ending, form in FORMATS.items() if form.is_available)


def _known_alternatives(machine: MachineTranscript) -> Mapping[Any, Mapping[int, Sequence[str]]]:
    return {
        _place(segment): words for segment, words in zip(machine.segments, machine.alternatives, strict=True) if words
    }


def _place(segment: Segment) -> tuple[object, ...]:
    return segment.channel, segment.start, segment.end, segment.text


def _segment(segment: Segment, alternatives: Mapping[int, Sequence[str]]) -> dict[str, Any]:
    words = [
        [word.word, word.start, word.end, word.confidence, alternatives.get(place, [])]
        for place, word in enumerate(segment.words)
    ]
    return {
        "start": segment.start,
        "end": segment.end,
        "channel": segment.channel,
        "text": segment.text,
        "state": segment.state,
        "by": segment.by,
        "at": segment.at,
        "words": words,
    }
