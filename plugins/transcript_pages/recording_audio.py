"""Where the audio of a recording and the peaks of its waveform are, for the player."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator

from transcript_pages.audio_bucket import AudioBucket
from transcript_pages.machine_transcript import MachineTranscript
from transcription.contract import keys
from transcription.contract.audio_endings import ending_of

#: Content types that Python does not know on every machine.
_KINDS = {".flac": "audio/flac", ".m4a": "audio/mp4", ".opus": "audio/ogg", ".ogg": "audio/ogg"}


def audio_key(bucket: AudioBucket, transcript: MachineTranscript) -> str | None:
    """Return the key of audio that the browser can play, or None if the recording is gone."""
    return next((key for key in _candidates(transcript) if bucket.head(key)), None)


def audio_address(bucket: AudioBucket, key: str) -> str:
    """Return an address at which a browser can read the audio, with ranges, for some minutes."""
    ending = ending_of(key).lower()
    kind = _KINDS.get(ending) or mimetypes.guess_type(key)[0] or "application/octet-stream"
    return bucket.presigned(key, ResponseContentType=kind)


def has_peaks(transcript: MachineTranscript) -> bool:
    """Return whether the container wrote the peaks of the waveform."""
    return bool(transcript.listening.get("peaks"))


def read_peaks(bucket: AudioBucket, transcript: MachineTranscript) -> bytes | None:
    """Return the peaks of the waveform as JSON, or None if there are none."""
    return bucket.read(keys.listening_peaks(transcript.name)) if has_peaks(transcript) else None


def _candidates(transcript: MachineTranscript) -> Iterator[str]:
    """Yield the keys at which the audio may be, the best first.

    The container wrote a copy to listen to where a browser may not play the recording itself.
    """
    key = transcript.input_key
    if transcript.listening.get("copy"):
        yield keys.listening_copy(transcript.name)
    yield keys.processed(key)
    yield key
