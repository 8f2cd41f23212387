"""Synthetic speech says the words of a small scorer, in voices that differ."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer.data import synthetic_speech
from trainer.data.synthetic_speech import GUARD_VOICES, REHEARSED_VOICES, can_speak, small_vocabulary, speak
from trainer.network.acoustic_model import AcousticModel


def test_the_words_of_the_demo_scorer(demo_folder: Path, demo_model: AcousticModel) -> None:
    words = small_vocabulary(demo_folder / "demo.scorer", demo_model)
    assert len(words) == 34
    assert {"zero", "window", "cancel"} <= set(words)


def test_a_large_scorer_or_none_gives_no_words(
    demo_folder: Path, demo_model: AcousticModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert small_vocabulary(None, demo_model) == ()
    monkeypatch.setattr(synthetic_speech, "_MOST_WORDS", 33)
    assert small_vocabulary(demo_folder / "demo.scorer", demo_model) == ()


def test_rehearsed_speech_and_guard_have_other_voices() -> None:
    assert not set(REHEARSED_VOICES) & set(GUARD_VOICES)


@pytest.mark.skipif(not can_speak(), reason="espeak-ng is not installed")
def test_phrases_are_spoken_in_different_voices(demo_model: AcousticModel) -> None:
    utterances = speak(("zero", "stop"), ("m2", "f4"), 4, demo_model, seed=1)
    assert len({utterance.digest for utterance in utterances}) == 4
    assert {utterance.recording.speaker for utterance in utterances} == {"m2", "f4"}
    assert demo_model.losses([utterance.example for utterance in utterances]).mean() < 1
    again = speak(("zero", "stop"), ("m2", "f4"), 4, demo_model, seed=1)
    assert [utterance.digest for utterance in again] == [utterance.digest for utterance in utterances]
