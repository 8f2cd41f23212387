"""The endings of the names of audio files.

The ending of a name decides whether a file is audio; the content of the file decides of which format it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .errors import SettingInvalid
from .result import BYTES_PER_SECOND

#: Typical bytes per second of recordings, by ending. Only an estimate of lengths follows from it.
_TYPICAL_RATES = {
    **dict.fromkeys(("wav", "w64", "aif", "aiff", "aifc", "au", "snd", "caf", "sph"), BYTES_PER_SECOND),
    "flac": BYTES_PER_SECOND // 2,
    **dict.fromkeys(("mp3", "m4a", "aac", "ogg", "oga", "wma"), 10_000),
    **dict.fromkeys(("opus", "webm"), 5_000),
    **dict.fromkeys(("amr", "awb", "3gp"), 2_000),
    "mp4": 100_000,  # most are videos
}
#: All endings, in lower case and without the dot. A deployment may take fewer.
ENDINGS = tuple(_TYPICAL_RATES)


def ending_of(key: str, endings: Collection[str] = ENDINGS) -> str:
    """Return the ending of a name with its dot, as it is written, or an empty text if it is none of `endings`."""
    _, dot, ending = key.rpartition(".")
    return dot + ending if dot and ending.lower() in endings else ""


def pcm_bytes(key: str, size: int) -> int:
    """Estimate how many bytes the audio of a file has as 16 kHz, mono, 16 bit. WAV counts as if it were that.

    Args:
        key: the key of the file.
        size: the size of the file, in bytes.
    """
    rate = _TYPICAL_RATES.get(ending_of(key)[1:].lower(), BYTES_PER_SECOND)
    return size if rate == BYTES_PER_SECOND else size * BYTES_PER_SECOND // rate


def parse_endings(text: str) -> Sequence[str]:
    """Parse a list of endings that are separated by commas.

    Upper case, spaces and dots in front of the endings do not matter.

    Raises:
        SettingInvalid: the list is empty, or contains an ending of no format that is read.
    """
    endings = tuple(part.strip().lower().removeprefix(".") for part in text.split(",") if part.strip())
    unknown = [ending for ending in endings if ending not in ENDINGS]
    if unknown or not endings:
        raise SettingInvalid(
            f"audio_endings is {text!r}; it must be one or more of {', '.join(ENDINGS)}, separated by commas."
        )
    return endings
