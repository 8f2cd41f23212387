"""A run whose figures only a wrong model gives says so, and a run with an ordinary model never does."""

from __future__ import annotations

import pytest

from transcription.report.model_doubt import doubt


def test_a_run_in_which_every_file_is_silent_casts_doubt_on_the_model() -> None:
    text = doubt(files=12, seconds=600, words=0, unsure_words=0, low_confidence=0.8)
    assert text.startswith("The model may not fit the audio: not one word was recognised in 12 files. Listen to one")


def test_a_run_in_which_almost_every_word_is_unsure_casts_doubt_on_the_model() -> None:
    text = doubt(files=12, seconds=600, words=100, unsure_words=80, low_confidence=0.8)
    assert text.startswith("The model may not fit the audio: 80 of 100 words are unsure. Listen to one")


@pytest.mark.parametrize(
    ("files", "seconds", "words", "unsure_words", "low_confidence"),
    [
        (12, 600, 100, 79, 0.8),  # noisy audio
        (12, 600, 1, 0, 0.8),  # one file with a word among silent ones
        (1, 9, 0, 0, 0.8),  # one short silent file
        (0, 0, 0, 0, 0.8),  # a run that only moved files
        (3, 60, 19, 19, 0.8),  # a few words, all unsure
        (12, 600, 100, 100, 0.99),  # somebody marks nearly every word on purpose
    ],
)
def test_ordinary_runs_cast_no_doubt(
    files: int, seconds: float, words: int, unsure_words: int, low_confidence: float
) -> None:
    assert doubt(files, seconds, words, unsure_words, low_confidence) == ""
