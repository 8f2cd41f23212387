"""The report of a teaching: what was learned from, what was measured, and what was decided. As JSON and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainer.data.finding import Finding
from trainer.decision.promotion import Decision, MeasuredChange
from trainer.decision.report_lines import advice_lines, change_lines, finding_lines, report_json
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
            *advice_lines(self.decision, self.guards),
            "",
            *change_lines(self.test, self.guards),
            "",
            f"All word error rates are with the scorer. The base model is {self.base}. Minutes of speech: "
            f"{self.amounts.train_minutes:.1f} for training, {self.amounts.tuning_minutes:.1f} for tuning, "
            f"{self.amounts.test_minutes:.1f} for the test, and {self.amounts.rehearsed_minutes:.1f} of other people, "
            "which were rehearsed.",
            *self._change_in_words(),
            "",
            *finding_lines(self.findings),
        ]
        return "\n".join(lines).rstrip() + "\n"

    def _change_in_words(self) -> list[str]:
        new, model = self.test.new, "old" if self.chosen.is_old_model else "new"
        lines = [
            "",
            f"In the test, the {model} model has {new.substitutions} wrong, {new.deletions} missing and "
            f"{new.insertions} extra words, and a letter error rate of {new.letter_error_rate:.1f} % (old: "
            f"{self.test.old.letter_error_rate:.1f} %).",
        ]
        if self.wrong_words:
            listed = ", ".join(f"{word} ({count})" for word, count in self.wrong_words[:_LISTED_WORDS])
            lines.append(f"Words most often wrong: {listed}.")
        if self.chosen.is_old_model:
            return [*lines, "There is no new model."]
        share = (
            f"The new model has {self.chosen.share:.0%} of the weights of the training with learning rate "
            f"{self.chosen.learning_rate:g}, and the rest of the old ones."
        )
        return [*lines, share]
