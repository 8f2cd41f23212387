"""The choice among scorers: fewest errors in the tuning recordings, without harm to other speech."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from trainer.network.weights import Floats
from trainer.recognition import recogniser_process
from trainer.recognition.recogniser_process import ScorerWeights
from trainer.scorer.candidates import OLD, Candidate, HeardSpeech, NewScorer, choose_candidate, measure_new
from trainer.scorer.weights_choice import GRID

WEIGHTS = (0.93, 1.18)
SCORER = cast("NewScorer", SimpleNamespace(folder=Path("new"), words=["stop"]))
SAID = ("stop the tape", "go on")


def _candidate(name: str, tuning: float | None, guard: float = 0.0) -> Candidate:
    is_old = name == OLD
    return Candidate(name, None if is_old else 9, None if is_old else WEIGHTS, tuning, {"others": guard})


@pytest.mark.parametrize(
    ("old", "both", "texts", "chosen"),
    [
        ((20, 1), (10, 1), (8, 1), "texts"),
        ((20, 1), (10, 1), (8, 3), "both"),
        ((20, 1), (8, 1), (8, 1), "both"),
        ((8, 1), (8, 0), (8, 0), OLD),
        ((20, 1), (10, 9), (8, 9), OLD),
        ((None, 1), (None, 9), (None, 9), "both"),
    ],
)
def test_choice(
    old: tuple[float | None, float],
    both: tuple[float | None, float],
    texts: tuple[float | None, float],
    chosen: str,
) -> None:
    candidates = [_candidate(name, *rates) for name, rates in ((OLD, old), ("both", both), ("texts", texts))]
    assert choose_candidate(candidates, guard_points=1.5).name == chosen


class Decoder:
    """Hears the same in tuning recordings and guard set, except for errors that a test names."""

    def __init__(self, tuning: dict[ScorerWeights, str], guard: dict[ScorerWeights, str]) -> None:
        self.tuning = HeardSpeech(SAID, [np.zeros((1, 29), np.float32)] * 2)
        self.guard = HeardSpeech(SAID, [np.ones((1, 29), np.float32)] * 2)
        self._first_texts = {0: tuning, 1: guard}
        self.guard_calls: list[int] = []

    def decode(self, _folder: Path, rows: Sequence[Floats], weights: Sequence[ScorerWeights]) -> list[list[str]]:
        speech = int(rows[0][0, 0])
        if speech == 1:
            self.guard_calls.append(len(weights))
        return [[self._first_texts[speech].get(pair, "stop a tap"), SAID[1]] for pair in weights]


def _measure(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> Candidate:
    monkeypatch.setattr(recogniser_process, "decode", decoder.decode)
    old, guards = _candidate(OLD, 20.0, 0.0), {"others": decoder.guard}
    return measure_new("new", SCORER, decoder.tuning, guards, old=old, guard_points=1.5)


def test_the_best_weights_that_no_guard_set_forbids_are_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    best, second, third = (3.0, 4.5), (0.0, 4.5), (1.4, 0.0)
    decoder = Decoder(
        tuning={best: SAID[0], second: "stop the tap", third: "stop the taxi"},
        guard={pair: SAID[0] for pair in GRID if pair not in (best, second)},
    )
    chosen = _measure(decoder, monkeypatch)
    assert (chosen.weights, chosen.tuning_errors, chosen.guard_errors) == (third, 20.0, {"others": 0.0})


def test_the_guard_set_is_heard_once_if_it_allows_the_best_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = Decoder(tuning={(3.0, 4.5): SAID[0]}, guard=dict.fromkeys(GRID, SAID[0]))
    assert _measure(decoder, monkeypatch).weights == (3.0, 4.5)
    assert decoder.guard_calls == [1]


def test_if_the_guard_set_forbids_all_weights_the_best_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = Decoder(tuning={(3.0, 4.5): SAID[0]}, guard={})
    chosen = _measure(decoder, monkeypatch)
    assert (chosen.weights, chosen.guard_errors) == ((3.0, 4.5), {"others": 40.0})
    assert decoder.guard_calls == [1, len(GRID) - 1]
