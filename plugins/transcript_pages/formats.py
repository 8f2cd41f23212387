"""Numbers, lengths and times as the pages show them. What is unknown is a dash."""

from __future__ import annotations

import re
from datetime import UTC, datetime

UNKNOWN = "—"
_KIBI = 1024
#: The space between a number and its unit, at which no line breaks.
_NO_BREAK = "\N{NO-BREAK SPACE}"
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=%|(?:s|bytes|[KMG]B)\b)")


def number(value: object, digits: int = 0) -> str:
    """Return a number with commas between thousands, and `digits` decimals."""
    return f"{value:,.{digits}f}" if isinstance(value, int | float) else UNKNOWN


def with_unit(value: object, unit: str, digits: int = 0) -> str:
    """Return a number with `digits` decimals and its unit, on one line: `8.0 %`."""
    shown = number(value, digits)
    return shown if shown == UNKNOWN else f"{shown} {unit}".replace(" ", _NO_BREAK)


def with_units(text: object) -> str:
    """Return a sentence whose lines do not break between a number and its unit."""
    return _BEFORE_UNIT.sub(_NO_BREAK, str(text))


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
    return with_unit(count, unit, 1 if unit in ("MB", "GB") else 0)


def time(moment: datetime | str | None) -> str:
    """Return a time as `2026-11-24 01:00 UTC`. A text is a time in ISO 8601; a text that is none stays as it is."""
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment).astimezone(UTC)
        except (ValueError, OverflowError):
            return str(moment)
    return UNKNOWN if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
