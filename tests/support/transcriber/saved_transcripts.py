"""Saved transcripts of invented speech."""

from __future__ import annotations

from transcriber.engines.utterance import Utterance
from transcription.formats.saved_transcript import SavedTranscript


def saved_transcript(*utterances: Utterance, seconds: float, recording: str = "talk.wav") -> SavedTranscript:
    """Return the transcript of a recording of `seconds` seconds. Words below a confidence of 0.8 are unsure."""
    return SavedTranscript(recording, seconds, utterances, low_confidence=0.8)
