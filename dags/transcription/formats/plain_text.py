"""A transcript as plain text."""

from __future__ import annotations

from collections.abc import Sequence

from transcription.contract.word_spacing import join_words
from transcription.formats.conversation import turns
from transcription.formats.spoken_segment import Spoken


def text_of(utterances: Sequence[Spoken]) -> str:
    """Return all words, with spaces between them where the script has spaces; empty if there is no speech.

    If the channels were transcribed separately, the text has a line for each turn, which starts with the channel.
    """
    if any(utterance.channel for utterance in utterances):
        return "\n".join(turn.text for turn in turns(utterances))
    return join_words(word.word for utterance in utterances for word in utterance.words)


def render(utterances: Sequence[Spoken]) -> bytes:
    """Return the content of the plain text file: one line, a line for each turn, or nothing without speech."""
    text = text_of(utterances)
    return f"{text}\n".encode() if text else b""
