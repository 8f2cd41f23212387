"""A transcript as a TextGrid of Praat, the program for phonetics."""

from __future__ import annotations

from collections.abc import Iterable

from praatio.utilities import textgrid_io

from transcription.formats.intervals import Interval
from transcription.formats.saved_transcript import SavedTranscript
from transcription.formats.tiers import make_tiers


def render(saved: SavedTranscript) -> bytes:
    """Return a TextGrid with the tiers of `make_tiers` as interval tiers, as UTF-8."""
    tiers = make_tiers(saved)
    end = max([saved.seconds, 0.001, *(interval.end / 1000 for tier in tiers.values() for interval in tier)])
    grid = {
        "xmin": 0.0,
        "xmax": end,
        "tiers": [_tier(name, intervals, end) for name, intervals in tiers.items()],
    }
    text: str = textgrid_io.getTextgridAsStr(
        grid, "long_textgrid", includeBlankSpaces=True, minimumIntervalLength=_NO_MINIMUM
    )
    return text.encode(errors="replace")


#: praatio removes intervals that are shorter than this, in seconds. None is: they have at least a millisecond.
_NO_MINIMUM = 1e-6


def _tier(name: str, intervals: Iterable[Interval], end: float) -> dict[str, object]:
    entries = [(interval.start / 1000, interval.end / 1000, interval.text) for interval in intervals]
    return {"class": "IntervalTier", "name": name, "xmin": 0.0, "xmax": end, "entries": entries}
