"""Times of words and segments for formats in which intervals must have a length and must not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Interval(NamedTuple):
    """A text with its start and end in milliseconds from the start of the recording."""

    start: int
    end: int
    text: str


def separate(spans: Iterable[tuple[float, float, str]]) -> Iterator[Interval]:
    """Yield an interval of at least a millisecond for each text, none of which begins before the previous one ends.

    Rounding to milliseconds, and a decoder that puts two words at the same time, make other intervals possible.

    Args:
        spans: the start and the end of each text, in seconds, and the text, in the order of the starts.
    """
    last: tuple[int, int, str] = (0, 0, "")
    is_first = True
    for start, end, text in spans:
        begin = max(round(start * 1000), last[0] if is_first else last[0] + 1)
        if not is_first:
            yield Interval(last[0], max(last[0] + 1, min(last[1], begin)), last[2])
        last, is_first = (begin, round(end * 1000), text), False
    if not is_first:
        yield Interval(last[0], max(last[0] + 1, last[1]), last[2])
