"""The choice among scorers: fewest errors in the tuning recordings, without harm to other speech."""

from __future__ import annotations

import pytest

from trainer.scorer.candidates import OLD, Candidate, choose_candidate

WEIGHTS = (0.93, 1.18)


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
