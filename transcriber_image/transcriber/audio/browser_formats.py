"""The recordings that every current browser plays, and in which it finds a given time."""

from __future__ import annotations

from pathlib import Path

from transcriber.audio.content_type import content_type
from transcription.contract.result import Audio

#: The encodings that every browser plays, by format. Left out are Ogg and WebM, which older Safaris refuse and whose
#: recordings of browsers have no index, and AAC without a container, in which a browser only estimates times.
_ENCODINGS = {
    "WAV": ("PCM_U8", "PCM_16", "PCM_24"),
    "MP3": ("MPEG_LAYER_III",),
    "FLAC": ("PCM_S8", "PCM_16", "PCM_24"),
    "MP4": ("AAC",),
}
_RATES = range(8_000, 48_001)
_MOST_CHANNELS = 2
#: An MP4 file with more bytes per second has a picture, which the player would load too. AAC needs at most 40,000.
_MOST_MP4_BYTES = 64_000


def plays_in_browsers(path: Path, audio: Audio) -> bool:
    """Return whether every current browser plays a recording, and its sound is what was recorded.

    Audio with notes counts as unplayable: something is wrong with its header or its content, or it has several tracks.

    Args:
        path: the file.
        audio: the description of its audio.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        file_format = content_type(file)
        file.seek(0)
        start = file.read(4)
    if file_format == "WAV" and start != b"RIFF":  # RIFX, RF64, or tags in front
        return False
    if file_format == "MP4" and path.stat().st_size > _MOST_MP4_BYTES * audio.seconds:
        return False
    return (
        audio.encoding in _ENCODINGS.get(file_format, ())
        and audio.sample_rate in _RATES
        and audio.channels <= _MOST_CHANNELS
        and audio.channel_use != "aligned"  # one loudspeaker plays the channels as silence
        and not audio.gain_db
        and not audio.notes
    )
