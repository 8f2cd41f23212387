"""The errors of a machine's transcript, as a correction shows them: in segments that a person checked or corrected."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from transcript_pages.machine_transcript import MachineTranscript
from transcription.contract.correction import UNCHECKED, Correction, Segment
from transcription.contract.word_alignment import bare_word, words_of

#: Segments with more words are left out: the time of the comparison grows with the square of their number.
MOST_WORDS = 1000


class RecordingErrors(BaseModel):
    """The errors in the checked and corrected segments of a recording, and how much of it is checked."""

    #: The name of the model that made the transcript.
    model: str
    #: The month in which the correction was saved, `YYYY-MM`.
    month: str
    #: Number of words that were said, and of those that were wrong, missing or extra.
    words: int
    errors: int
    #: Number of segments with words, and of those that are checked or corrected.
    segments: int
    checked: int
    #: Length of the checked and corrected segments.
    seconds: float


def measure(machine: MachineTranscript, correction: Correction) -> RecordingErrors:
    """Count the errors of a transcript.

    Words are compared without case and without the punctuation around them.

    Args:
        machine: the transcript.
        correction: a correction that is based on this transcript.
    """
    spoken = [segment for segment in correction.segments if segment.words or segment.state != UNCHECKED]
    checked = [segment for segment in spoken if segment.state != UNCHECKED]
    words = errors = 0
    for segment in checked:
        said = [bare_word(word) for word in words_of(segment.text)]
        heard = _heard(machine, segment)
        if max(len(said), len(heard)) <= MOST_WORDS:
            words += len(said)
            errors += count_errors(said, heard)
    return RecordingErrors(
        model=str(machine.document["provenance"]["model"]["name"]),
        month=correction.at[:7],
        words=words,
        errors=errors,
        segments=len(spoken),
        checked=len(checked),
        seconds=round(sum(segment.end - segment.start for segment in checked), 3),
    )


def count_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Return the least number of words to replace, add and remove that makes one text of the other."""
    before = list(range(len(heard) + 1))
    for place, word in enumerate(said, start=1):
        row = [place]
        for column, other in enumerate(heard):
            row.append(min(before[column] + (word != other), before[column + 1] + 1, row[column] + 1))
        before = row
    return before[-1]


def _heard(machine: MachineTranscript, segment: Segment) -> list[str]:
    """Return the words of the machine whose middle is in a segment. People move the borders of segments."""
    return [
        bare_word(word.word)
        for other in machine.segments
        if other.channel == segment.channel
        for word in other.words
        if segment.start <= (word.start + word.end) / 2 < segment.end
    ]
