"""Types of `transcribe_recordings`: the recordings that it takes, its results and its progress."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from transcriber.audio.listening_recorder import ListeningFiles
from transcriber.text.transcript import Transcript
from transcription.contract.errors import TranscriptionError
from transcription.contract.result import Audio


@dataclass(frozen=True)
class Recording:
    """A recording and its number, which is unique among the recordings."""

    number: int
    path: Path
    #: Where a listening copy may be written, or `None` if nobody will listen to the recording.
    listening_copy: Optional[Path] = None


@dataclass(frozen=True)
class RecordingResult:
    """The transcript of a recording, or the error that prevented it."""

    number: int
    #: `None` if the file cannot be decoded.
    audio: Optional[Audio]
    transcript: Optional[Transcript] = None
    #: An `InputError`, `EngineFailed` or `DiskFailed` if there is no transcript.
    error: Optional[TranscriptionError] = None
    #: The CPU time that recognition took, in seconds of one vCPU.
    cpu_seconds: float = 0.0
    #: What a page needs to draw and play the recording, if it was wanted and there is a transcript.
    listening: Optional[ListeningFiles] = None


@dataclass(frozen=True)
class Progress:
    """How much of a recording is transcribed: `reached` of `total` seconds of its audio."""

    number: int
    reached: float
    total: float
