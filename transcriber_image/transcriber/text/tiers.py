"""The two tiers that Praat and ELAN show below a recording: its segments and its words."""

from __future__ import annotations

from dataclasses import dataclass

from transcriber.text.intervals import Interval, separate
from transcriber.text.saved_transcript import SavedTranscript


@dataclass(frozen=True)
class Tiers:
    """The intervals of both tiers. The intervals of one tier do not overlap."""

    segments: tuple[Interval, ...]
    words: tuple[Interval, ...]

    @classmethod
    def of(cls, saved: SavedTranscript) -> Tiers:
        """Return the tiers of a transcript. Segments without words are left out."""
        spoken = [utterance for utterance in saved.utterances if utterance.words]
        segments = (
            (utterance.start, utterance.end, " ".join(word.word for word in utterance.words)) for utterance in spoken
        )
        words = ((word.start, word.end, word.word) for word in saved.words)
        return cls(tuple(separate(segments)), tuple(separate(words)))
