"""Word errors are counted by kind and recording, and chance is told from improvement."""

from __future__ import annotations

import pytest

from trainer.evaluation.bootstrap import improvement_interval
from trainer.evaluation.word_errors import WordErrors, compare, word_error_rate


def test_errors_by_kind_and_word() -> None:
    comparison = compare(["one two three", "stop", "play next"], ["one too three four", "", "play next"])
    total = comparison.total
    assert (total.words, total.substitutions, total.insertions, total.deletions) == (6, 1, 1, 1)
    assert total.errors == 3
    assert total.word_error_rate == pytest.approx(50)
    assert total.letters == 13 + 4 + 9
    assert total.letter_errors == 1 + 5 + 4
    assert dict(comparison.wrong_words) == {"two": 1, "stop": 1}
    assert [errors.errors for errors in comparison.errors] == [2, 1, 0]


def test_nothing_said_is_no_error() -> None:
    assert word_error_rate([], []) == 0
    assert compare([], []).total.words == 0


def _recordings(errors: list[int]) -> list[WordErrors]:
    return [WordErrors(5, count, 0, 0, 20, count) for count in errors]


def test_the_interval_tells_improvement_from_chance() -> None:
    better = improvement_interval(_recordings([1, 2] * 40), _recordings([0, 1] * 40))
    assert (better.low, better.high) == pytest.approx((20, 20))
    chance = improvement_interval(_recordings([1, 0] * 20), _recordings([0, 1] * 19 + [0, 0]))
    assert chance.low < 0 < chance.high
    assert improvement_interval([], []).low == 0
