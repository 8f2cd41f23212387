"""The comparison of models: the figures count only what all models heard, and differences need more than chance."""

from __future__ import annotations

from collections.abc import Sequence

from trainer.evaluation.heard_words import word_changes
from trainer.evaluation.model_comparison import compare_models, describe
from transcription.contract.evaluation import Change, HeardRecording, LeftOut, ModelResult
from transcription.contract.word_errors import WordErrors


def result(model: str, errors: Sequence[int], *, first: int = 0, left_out: int = 0) -> ModelResult:
    """Return what a model heard in recordings of ten words and two seconds, with these numbers of errors."""
    recordings = tuple(
        HeardRecording(f"teaching/a/{first + number}.wav", 2.0, (), WordErrors(10, wrong, 0, 0, 50, wrong))
        for number, wrong in enumerate(errors)
    )
    unusable = tuple(LeftOut(f"{number}", "TEXT_MISSING", "no text") for number in range(left_out))
    return ModelResult(model, recordings, unusable, {"stop": 3, "go": 1}, cpu_seconds=10.0)


def test_words_are_aligned() -> None:
    assert word_changes("turn the left light on", "turn left night on now") == (
        Change("equal", "turn", "turn"),
        Change("delete", "the", ""),
        Change("equal", "left", "left"),
        Change("substitute", "light", "night"),
        Change("equal", "on", "on"),
        Change("insert", "", "now"),
    )
    assert word_changes("yes", "") == (Change("delete", "yes", ""),)


def test_figures_are_those_of_recordings_that_all_models_heard() -> None:
    outcome = compare_models([result("old", [9, 2, 2]), result("new", [1, 1, 9], first=1, left_out=2)])
    assert (outcome.recordings, outcome.seconds, outcome.left_out) == (2, 4.0, 2)
    old, new = outcome.models
    assert (old.model, old.mistakes.words, old.mistakes.errors) == ("old", 20, 4)
    assert (new.mistakes.errors, new.mistakes.word_error_rate) == (2, 10.0)
    assert old.real_time_factor == round(10 / 6, 4)


def test_a_clear_difference_is_beyond_chance_and_a_small_one_is_not() -> None:
    clear = compare_models([result("old", [4, 5] * 20), result("new", [1, 0] * 20)])
    [difference] = clear.differences
    assert (difference.first, difference.second, difference.points) == ("old", "new", 40.0)
    assert difference.low > 0 and difference.better == "new"
    [small] = compare_models([result("old", [1, 0, 1, 0]), result("new", [0, 1, 0, 0])]).differences
    assert small.low < 0 < small.high and small.better == ""


def test_each_pair_of_models_is_compared() -> None:
    outcome = compare_models([result(name, [1, 2]) for name in ("a", "b", "c")])
    assert [(pair.first, pair.second) for pair in outcome.differences] == [("a", "b"), ("a", "c"), ("b", "c")]


def test_one_model_has_figures_and_no_difference() -> None:
    outcome = compare_models([result("a", [1])])
    assert (len(outcome.models), outcome.differences) == (1, ())


def test_the_report_says_all_of_it_in_words() -> None:
    results = [result("old", [4, 5] * 20), result("new", [1, 0] * 20)]
    text = describe(compare_models(results), results, "Word error rates")
    assert "| old | 400 | 45.0 % | 180 | 0 | 0 | 9.0 % | 0.125 |" in text
    assert "- old → new: 40.0 points fewer" in text and "new is better." in text
    assert "Words that new most often has wrong: stop (3), go (1)." in text
