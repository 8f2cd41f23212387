"""The report of a teaching: what was learned from, what was measured, and what was decided. As JSON and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainer.data.finding import Finding
from trainer.decision.promotion import Decision, MeasuredChange, Verdict
from trainer.decision.report_lines import change_lines, finding_lines, report_json
from trainer.training.mixtures import Mixture
from trainer.training.recipe import TrainingRecipe

#: How many words the report in words lists. The JSON has all.
_LISTED_WORDS = 15


@dataclass(frozen=True)
class TaughtAmounts:
    """How much speech was used, in recordings and minutes."""

    recordings: int
    train_minutes: float
    tuning_minutes: float
    test_minutes: float
    rehearsed_minutes: float


@dataclass(frozen=True)
class TeachingReport:
    """The report of a teaching of sound."""

    base: str
    decision: Decision
    test: MeasuredChange
    guards: Mapping[str, MeasuredChange]
    amounts: TaughtAmounts
    findings: Sequence[Finding]
    mixtures: Sequence[Mixture]
    chosen: Mixture
    #: How often the new model still gets a word wrong.
    wrong_words: Sequence[tuple[str, int]]
    recipe: TrainingRecipe

    def as_json(self) -> bytes:
        """Return the report as JSON."""
        return report_json(self)

    def as_markdown(self) -> str:
        """Return the report in words."""
        lines = [
            f"# {'The new model is better' if self.decision.is_used else 'The new model is not used'}",
            "",
            self.decision.reason,
            *self._advice(),
            "",
            *change_lines(self.test, self.guards),
            "",
            f"Word error rates with the scorer. Taught from {self.base} with {self.amounts.train_minutes:.1f} minutes, "
            f"tuned with {self.amounts.tuning_minutes:.1f}, tested with {self.amounts.test_minutes:.1f}; "
            f"{self.amounts.rehearsed_minutes:.1f} minutes of other speech were rehearsed.",
            *self._change_in_words(),
            "",
            *finding_lines(self.findings),
        ]
        return "\n".join(lines).rstrip() + "\n"

    def _advice(self) -> list[str]:
        advice = []
        if self.decision.verdict == Verdict.TOO_LITTLE_TO_JUDGE:
            advice.append("Add recordings with texts; a fifth of them becomes the test.")
        if not self.guards:
            advice.append("No other speech was measured, so whether it became worse is unknown: name OTHERS=folder.")
        return advice

    def _change_in_words(self) -> list[str]:
        new = self.test.new
        lines = [
            "",
            f"In the test, the new model has {new.substitutions} wrong, {new.deletions} missing and {new.insertions} "
            f"extra words, and a letter error rate of {new.letter_error_rate:.1f} % (old: "
            f"{self.test.old.letter_error_rate:.1f} %).",
        ]
        if self.wrong_words:
            listed = ", ".join(f"{word} ({count})" for word, count in self.wrong_words[:_LISTED_WORDS])
            lines.append(f"Words most often wrong: {listed}.")
        if self.chosen.is_old_model:
            return [*lines, "None of the new weights was better on the tuning recordings."]
        return [*lines, f"Learning rate {self.chosen.learning_rate:g}, {self.chosen.share:.0%} of the new weights."]
