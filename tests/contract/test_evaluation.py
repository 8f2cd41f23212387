"""The records of an evaluation: which orders are refused, and what the figures say."""

from __future__ import annotations

from typing import Any

import pytest

from transcription.contract.errors import OptionInvalid
from transcription.contract.evaluation import Difference, EvaluationOrder
from transcription.contract.records import dump, load
from transcription.contract.word_errors import WordErrors, total


def order(**fields: Any) -> EvaluationOrder:
    return EvaluationOrder(**{"run": "run", "created": "2026", "models": ("court", "anna-1"), **fields})


def test_an_order_is_the_same_after_it_was_stored() -> None:
    assert load(EvaluationOrder, dump(order(set_name="anna")), "order") == order(set_name="anna")


@pytest.mark.parametrize(
    "fields",
    [
        {"models": ()},
        {"models": ("court", "court")},
        {"models": tuple(f"model-{number}" for number in range(11))},
        {"models": ("../input",)},
        {"models": ("",)},
        {"set_name": "a/b"},
        {"part": "train"},
    ],
)
def test_an_order_that_cannot_be_followed_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(OptionInvalid):
        order(**fields)


def test_rates_are_in_per_cent_and_nothing_has_no_errors() -> None:
    mistakes = total([WordErrors(4, 1, 1, 0, 20, 5), WordErrors(6, 0, 0, 2, 30, 5)])
    assert mistakes == WordErrors(10, 1, 1, 2, 50, 10)
    assert (mistakes.word_error_rate, mistakes.letter_error_rate) == (40, 20)
    assert (total([]).word_error_rate, total([]).letter_error_rate) == (0, 0)


@pytest.mark.parametrize(("low", "high", "better"), [(0.1, 5, "new"), (-5, -0.1, "old"), (-1, 3, ""), (0, 2, "")])
def test_a_model_is_better_only_beyond_chance(low: float, high: float, better: str) -> None:
    difference = Difference("old", "new", 2.5, low, high)
    assert difference.better == better
    assert ("chance may explain" in str(difference)) == (not better)
