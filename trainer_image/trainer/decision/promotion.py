"""The decision whether a new model is used: only if it is better beyond chance and no guard set is much worse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from trainer.evaluation.bootstrap import Interval
from trainer.evaluation.word_errors import WordErrors

#: Fewest words in the test recordings by which a model is judged.
MIN_TEST_WORDS = 100


class Verdict(StrEnum):
    """Why a model is used or not. The values never change, because reports contain them."""

    BETTER = "BETTER"
    #: Every new model was worse on the tuning recordings, or forbidden by a guard set.
    OLD_MODEL_CHOSEN = "OLD_MODEL_CHOSEN"
    TOO_LITTLE_TO_JUDGE = "TOO_LITTLE_TO_JUDGE"
    NOT_BETTER = "NOT_BETTER"
    GUARD_WORSE = "GUARD_WORSE"
    #: There is no recording for the test.
    NOT_MEASURED = "NOT_MEASURED"


@dataclass(frozen=True)
class MeasuredChange:
    """The errors of the old and of the new model on the same recordings."""

    old: WordErrors
    new: WordErrors
    #: 95 % interval of the improvement, in points.
    interval: Interval

    @property
    def improvement(self) -> float:
        """In points of word error rate; negative if the new model is worse."""
        return self.old.word_error_rate - self.new.word_error_rate


@dataclass(frozen=True)
class Decision:
    """Whether the new model is used, and why."""

    verdict: Verdict
    reason: str

    @property
    def is_used(self) -> bool:
        """Whether the new model is used."""
        return self.verdict == Verdict.BETTER


#: The decision if the old model is the best mixture.
OLD_MODEL_STAYS = Decision(
    Verdict.OLD_MODEL_CHOSEN,
    "On the tuning recordings, no mixture of old and new weights was better without making other speech worse.",
)
#: The decision if the base model's scorer is the best candidate.
OLD_SCORER_STAYS = Decision(
    Verdict.OLD_MODEL_CHOSEN,
    "On the tuning recordings, no new scorer was better without making other speech worse.",
)
#: The decision on a scorer that no recording measures.
NOT_MEASURED = Decision(
    Verdict.NOT_MEASURED,
    "No recording is for the test, so nobody knows whether the new scorer is better. Add recordings with texts: "
    "AUDIO=folder for make teach, or in the set for teach_model.",
)


def decide(test: MeasuredChange, guards: Mapping[str, MeasuredChange], guard_points: float) -> Decision:
    """Decide whether the new model is used.

    Args:
        test: the change on the test recordings, which were never used for training or tuning.
        guards: the change on recordings of other speech, by the name of the set.
        guard_points: points by which a guard set may become worse.
    """
    worse = [name for name, guard in guards.items() if -guard.improvement > guard_points]
    if worse:
        named = "; ".join(f"{name}: {_rates(guards[name])}" for name in worse)
        return Decision(
            Verdict.GUARD_WORSE, f"Other speech became worse by more than the allowed {guard_points:g} points: {named}."
        )
    if test.old.words < MIN_TEST_WORDS:
        return Decision(
            Verdict.TOO_LITTLE_TO_JUDGE,
            f"The test recordings contain {test.old.words} words, and at least {MIN_TEST_WORDS} are needed.",
        )
    if test.interval.high < 0:
        return Decision(Verdict.NOT_BETTER, f"More words are wrong, beyond chance: {_rates(test)}, {_interval(test)}.")
    if test.interval.low <= 0:
        return Decision(Verdict.NOT_BETTER, f"Chance may explain the difference: {_rates(test)}, {_interval(test)}.")
    return Decision(Verdict.BETTER, f"Fewer words are wrong, beyond chance: {_rates(test)}, {_interval(test)}.")


def _rates(change: MeasuredChange) -> str:
    return f"word error rate {change.old.word_error_rate:.1f} % → {change.new.word_error_rate:.1f} %"


def _interval(change: MeasuredChange) -> str:
    return f"95 % interval of the improvement {change.interval.low:.1f} to {change.interval.high:.1f} points"
