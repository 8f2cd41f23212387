"""A model is used only if it is better beyond chance and no guard set is much worse."""

from __future__ import annotations

import pytest

from trainer.decision.promotion import MeasuredChange, Verdict, decide
from trainer.evaluation.bootstrap import Interval
from trainer.evaluation.word_errors import WordErrors


def change(old: int, new: int, low: float, words: int = 400) -> MeasuredChange:
    def errors(count: int) -> WordErrors:
        return WordErrors(words, count, 0, 0, 4 * words, count)

    return MeasuredChange(errors(old), errors(new), Interval(low, low + 5))


@pytest.mark.parametrize(
    ("test", "guard", "verdict"),
    [
        (change(60, 30, 4.0), change(10, 15, -3.0), Verdict.BETTER),
        (change(60, 30, 4.0), change(10, 17, -3.0), Verdict.GUARD_WORSE),
        (change(60, 55, -1.0), change(10, 10, 0.0), Verdict.NOT_BETTER),
        (change(60, 70, -4.0), change(10, 10, 0.0), Verdict.NOT_BETTER),
        (change(20, 2, 4.0, words=99), change(10, 10, 0.0), Verdict.TOO_LITTLE_TO_JUDGE),
    ],
)
def test_the_verdict(test: MeasuredChange, guard: MeasuredChange, verdict: Verdict) -> None:
    decision = decide(test, {"others": guard}, 1.5)
    assert decision.verdict == verdict
    assert decision.is_used == (verdict == Verdict.BETTER)


def test_the_reason_has_the_figures() -> None:
    reason = decide(change(60, 30, 4.0), {}, 1.5).reason
    assert "15.0 % → 7.5 %" in reason and "4.0 to 9.0 points" in reason
    assert (
        "others: word error rate 2.5 % → 4.2 %"
        in decide(change(60, 30, 4.0), {"others": change(10, 17, -3.0)}, 1.5).reason
    )


@pytest.mark.parametrize(
    ("test", "beginning"),
    [(change(60, 90, -10.0), "More words are wrong, beyond chance:"), (change(60, 55, -1.0), "Chance may explain")],
)
def test_a_model_that_is_worse_beyond_chance_is_not_excused_by_chance(test: MeasuredChange, beginning: str) -> None:
    assert decide(test, {}, 1.5).reason.startswith(beginning)
