"""The weights with the fewest errors come first, and those nearest to DeepSpeech's own if nothing tells them apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trainer.recognition import recogniser_process
from trainer.scorer.weights_choice import GRID, USUAL_WEIGHTS, rank_weights

SAID = ["open the door", "stop"]
ROWS = [np.zeros((1, 29), np.float32)] * 2


def _heard(monkeypatch: pytest.MonkeyPatch, texts: dict[tuple[float, float], list[str]], others: list[str]) -> None:
    monkeypatch.setattr(
        recogniser_process, "decode", lambda _folder, _rows, weights: [texts.get(pair, others) for pair in weights]
    )


def test_the_grid_contains_the_usual_weights_and_49_points() -> None:
    assert USUAL_WEIGHTS in GRID
    assert len(set(GRID)) == 49


def test_fewest_word_errors_then_letter_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        (3.0, 4.5): ["open the door", "stoop"],
        (2.0, 4.5): ["open the door", "xxxxx"],
        (1.4, 0.0): ["open", "stop"],
    }
    _heard(monkeypatch, texts, ["", ""])
    ranked = rank_weights(Path(), ROWS, SAID)
    assert {measured.weights for measured in ranked} == set(GRID)
    chosen, second = ranked[:2]
    assert second.weights == (2.0, 4.5)
    assert chosen.weights == (3.0, 4.5)
    assert chosen.errors is not None
    assert (chosen.errors.errors, chosen.errors.letter_errors) == (1, 1)


def test_equal_weights_are_those_nearest_to_the_usual_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    _heard(monkeypatch, {USUAL_WEIGHTS: ["", ""], (0.5, 1.18): SAID}, SAID)
    assert rank_weights(Path(), ROWS, SAID)[0].weights == (0.5, 1.18)


def test_without_recordings_the_usual_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(recogniser_process, "decode")
    [chosen] = rank_weights(Path(), [], [])
    assert (chosen.weights, chosen.errors) == (USUAL_WEIGHTS, None)
