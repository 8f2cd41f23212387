"""Reports do not show what was not measured as if it were perfect, and say how to measure it."""

from __future__ import annotations

from tests.trainer.decision.test_promotion import change
from trainer.decision.promotion import Decision, Verdict
from trainer.decision.report_lines import advice_lines, change_lines


def test_a_set_without_words_has_no_error_rates() -> None:
    *_, test, guard = change_lines(change(0, 0, 0.0, words=0), {"others": change(10, 17, -3.0)})
    assert test == "| test: never used for training or tuning | 0 | not measured | not measured | |"
    assert guard == "| guard: others | 400 | 2.5 % | 4.2 % | -3.0 to 2.0 |"


def test_the_advice_names_what_is_missing() -> None:
    better, too_little = Decision(Verdict.BETTER, ""), Decision(Verdict.TOO_LITTLE_TO_JUDGE, "")
    assert advice_lines(better, {"others": change(10, 10, 0.0)}) == []
    [others] = advice_lines(better, {})
    assert "OTHERS of make teach" in others
    [recordings] = advice_lines(too_little, {"others": change(10, 10, 0.0)})
    assert recordings.startswith("Add recordings with texts.")
