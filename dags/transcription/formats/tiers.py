"""The tiers that Praat and ELAN show below a recording: its segments and its words."""

from __future__ import annotations

from collections.abc import Mapping

from transcription.contract.word_spacing import join_words
from transcription.formats.intervals import Interval, separate
from transcription.formats.saved_transcript import SavedTranscript


def make_tiers(saved: SavedTranscript) -> Mapping[str, tuple[Interval, ...]]:
    """Return the intervals of each tier, by the tier's name. The intervals of one tier do not overlap.

    The tiers are `segments` and `words`. If the channels were transcribed separately, each channel has both, and their
    names end with the channel's name. Segments without words are left out.
    """
    tiers = {}
    for channel in saved.channels:
        spoken = [utterance for utterance in saved.utterances if utterance.words and utterance.channel == channel]
        segments = (
            (utterance.start, utterance.end, join_words(word.word for word in utterance.words)) for utterance in spoken
        )
        words = ((word.start, word.end, word.word) for utterance in spoken for word in utterance.words)
        ending = f" {channel}" if channel else ""
        tiers[f"segments{ending}"] = tuple(separate(segments))
        tiers[f"words{ending}"] = tuple(separate(words))
    return tiers
