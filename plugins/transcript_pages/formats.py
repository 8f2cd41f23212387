"""Numbers, lengths, times and formats as the pages show them. What is unknown is a dash."""

from __future__ import annotations

from datetime import datetime

UNKNOWN = "—"
_KIBI = 1024
#: What the formats of transcripts are for, by their endings.
_FORMAT_NAMES = {
    "txt": "text",
    "json": "words with times",
    "srt": "subtitles",
    "vtt": "subtitles for the web",
    "csv": "spreadsheet of words",
    "docx": "Word document",
    "TextGrid": "Praat",
    "eaf": "ELAN",
}


def number(value: object, digits: int = 0) -> str:
    """Return a number with commas between thousands, and `digits` decimals."""
    return f"{value:,.{digits}f}" if isinstance(value, int | float) else UNKNOWN


def duration(seconds: object) -> str:
    """Return a length of audio: `1:02:03`, or `2:03` below an hour."""
    if not isinstance(seconds, int | float):
        return UNKNOWN
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def size(count: float | None) -> str:
    """Return a number of bytes as `12 KB`, `3.4 MB` or `1.2 GB`."""
    if count is None:
        return UNKNOWN
    for unit in ("bytes", "KB", "MB", "GB"):
        if count < _KIBI or unit == "GB":
            break
        count /= _KIBI
    return f"{count:.1f} {unit}" if unit in ("MB", "GB") else f"{count:.0f} {unit}"


def time(moment: datetime | None) -> str:
    """Return a time as `2026-11-24 01:00 UTC`."""
    return UNKNOWN if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def format_name(ending: str) -> str:
    """Return a format of transcripts as `subtitles (srt)`."""
    return f"{_FORMAT_NAMES[ending]} ({ending})" if ending in _FORMAT_NAMES else ending
