"""Times of words and segments for formats in which intervals must have a length and must not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf
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
    all_spans = list(spans)
    starts: list[int] = []
    for start, _, _ in all_spans:
        starts.append(max(round(start * 1000), starts[-1] + 1 if starts else 0))
    limits = [*starts[1:], inf]
    for begin, limit, (_, end, text) in zip(starts, limits, all_spans):
        yield Interval(begin, max(begin + 1, int(min(round(end * 1000), limit))), text)
