"""The segments that come of a person's edits, with times for every word."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from operator import itemgetter
from typing import Optional, Union

from .correction import CORRECTED, STATES, UNCHECKED, Segment
from .errors import CorrectionInvalid
from .word_alignment import TimedWord, align_words, words_of
from .word_spacing import join_words

#: Limits of what one request may hold. The longest recording has about 10,000 segments.
MAX_SEGMENTS = 50_000
MAX_CHARACTERS = 20_000
#: Less than the smallest difference between two times, in seconds.
_MOMENT = 1e-6


@dataclass(frozen=True)
class EditedSegment:
    """A segment as the page sends it: without the times of words."""

    #: In seconds from the start of the recording.
    start: float
    end: float
    text: str
    state: str = UNCHECKED
    channel: Optional[str] = None


def check_edits(edits: Sequence[EditedSegment], seconds: float) -> None:
    """Check what a page sent.

    Args:
        edits: the segments in the order of their starts.
        seconds: the length of the recording.

    Raises:
        CorrectionInvalid: the segments are too many or too long, are not in order, or lie outside the recording.
    """
    if len(edits) > MAX_SEGMENTS:
        raise CorrectionInvalid(f"There are {len(edits)} segments; at most {MAX_SEGMENTS} are possible.")
    previous = 0.0
    for number, edit in enumerate(edits, 1):
        if edit.state not in STATES:
            raise CorrectionInvalid(f"Segment {number} has the state {edit.state!r}; use one of {', '.join(STATES)}.")
        if len(edit.text) > MAX_CHARACTERS:
            raise CorrectionInvalid(f"Segment {number} has more than {MAX_CHARACTERS} characters. Split it.")
        # A segment may end some milliseconds after the recording, because times are rounded.
        if not (isfinite(edit.end) and previous <= edit.start <= edit.end <= seconds + 1):
            raise CorrectionInvalid(f"Segment {number} is not in the order of time or not in the recording.")
        previous = edit.start


def apply_edits(
    edits: Sequence[EditedSegment], machine: Sequence[Segment], saved: Sequence[Segment], *, by: str, at: str
) -> tuple[Segment, ...]:
    """Return a segment for each edit. Words that stay keep their times, also in segments that were split or joined.

    The times come from the machine's words, so the same text always gets the same times, however often it was saved.

    Args:
        edits: the segments as the page sent them, in the order of their starts.
        machine: the segments of the transcript that the correction is based on; empty if that transcript is gone.
        saved: the segments of the correction as it is saved; empty if there is none.
        by: who edits.
        at: the time of the edit, ISO 8601 in UTC.
    """
    known = {_identity(segment): segment for segment in (*machine, *saved)}
    source = _WordSource(machine or saved)
    segments = []
    for edit in edits:
        same = known.get(_identity(edit))
        if same is not None:
            segments.append(same if same.state == edit.state else replace(same, state=edit.state, by=by, at=at))
            continue
        old, texts = source.words(edit), words_of(edit.text)
        state = edit.state if texts == [word.word for word in old] else CORRECTED
        words = align_words(texts, old, edit.start, edit.end)
        segments.append(Segment(edit.start, edit.end, join_words(texts), words, state, edit.channel, by, at))
    return tuple(segments)


def _identity(segment: Union[EditedSegment, Segment]) -> tuple[Optional[str], float, float, str]:
    """Return what two versions of a segment have in common if nobody changed its text."""
    return segment.channel, segment.start, segment.end, " ".join(words_of(segment.text))


class _WordSource:
    """The words of some segments, by channel and time."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        places: dict[Optional[str], list[tuple[float, TimedWord]]] = {}
        for segment in segments:
            for word in segment.words:
                # Words of an engine may start a little outside of their segment.
                place = min(max(word.start, segment.start), segment.end - _MOMENT)
                places.setdefault(segment.channel, []).append((place, word))
        self._words = {channel: sorted(words, key=itemgetter(0)) for channel, words in places.items()}
        self._starts = {channel: [place for place, _ in words] for channel, words in self._words.items()}

    def words(self, edit: EditedSegment) -> list[TimedWord]:
        """Return the words of an edited segment's channel that start in its time."""
        starts = self._starts.get(edit.channel, [])
        first, last = bisect_left(starts, edit.start), bisect_left(starts, edit.end)
        return [word for _, word in self._words.get(edit.channel, [])[first:last]]
