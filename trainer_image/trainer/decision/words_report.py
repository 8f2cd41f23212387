"""The report of a teaching of words: what the scorer learned from, what was measured, and what was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainer.data.finding import Finding
from trainer.data.text_corpus import LeftOut
from trainer.decision.promotion import Decision, MeasuredChange, Verdict
from trainer.decision.report_lines import advice_lines, change_lines, finding_lines, report_json
from trainer.scorer.candidates import Candidate
from transcription.contract.log_text import printable

#: How many words the report in words lists. The JSON has all.
_LISTED_WORDS = 15
_TITLES = {
    Verdict.BETTER: "The new scorer is better",
    Verdict.NOT_MEASURED: "The new scorer is written, and was not measured",
}


@dataclass(frozen=True)
class TaughtTexts:
    """The texts from which the scorer learned."""

    sentences: int
    words: int
    different_words: int
    #: The words that the scorer of the base model does not know.
    new_words: Sequence[str]
    left_out: Mapping[LeftOut, int]
    #: How often each word was the reason why a sentence was left out.
    reasons: Sequence[tuple[str, int]]
    #: The number of test recordings whose sentence is in the texts, too.
    known_test_sentences: int


@dataclass(frozen=True)
class WordsReport:
    """The report of a teaching of words."""

    base: str
    decision: Decision
    texts: TaughtTexts
    test: MeasuredChange
    guards: Mapping[str, MeasuredChange]
    findings: Sequence[Finding]
    candidates: Sequence[Candidate]
    chosen: Candidate
    #: How often the model with the new scorer still gets a word wrong.
    wrong_words: Sequence[tuple[str, int]]
    #: The number of n-grams of each order in the new scorer; of words first.
    ngrams: Sequence[int]

    def as_json(self) -> bytes:
        """Return the report as JSON."""
        return report_json(self)

    def as_markdown(self) -> str:
        """Return the report in words."""
        title = _TITLES.get(self.decision.verdict, "The new scorer is not used")
        changes = change_lines(self.test, self.guards)
        reasons = [self.decision.reason, *advice_lines(self.decision, self.guards)]
        lines = [f"# {title}", "", *reasons, "", *changes, "", *self._texts(), "", *self._choice(), ""]
        return "\n".join([*lines, *finding_lines(self.findings)]).rstrip() + "\n"

    def _texts(self) -> list[str]:
        texts = self.texts
        lines = [
            f"{texts.sentences} sentences with {texts.words} words were read. Of {texts.different_words} different "
            f"words, {len(texts.new_words)} were unknown to the scorer of {self.base}."
        ]
        if texts.left_out:
            counts = ", ".join(f"{count} {code}" for code, count in Counter(texts.left_out).most_common())
            lines.append(f"Sentences left out: {counts}. Words that were the reason: {_listed(texts.reasons)}.")
        if texts.known_test_sentences:
            lines.append(
                f"Sentences of the test that are in the taught texts, too: {texts.known_test_sentences}. So the test "
                "is easier than other speech."
            )
        return lines

    def _choice(self) -> list[str]:
        lines = [
            "| scorer | words | lm_alpha, lm_beta | word errors in the tuning recordings |",
            "| --- | ---: | --- | ---: |",
        ]
        for candidate in self.candidates:
            weights = f"{candidate.weights[0]:g}, {candidate.weights[1]:g}" if candidate.weights else "unchanged"
            errors = "" if candidate.tuning_errors is None else f"{candidate.tuning_errors:.1f} %"
            words = "" if candidate.words is None else str(candidate.words)
            mark = " (chosen)" if candidate is self.chosen else ""
            lines.append(f"| {candidate.name}{mark} | {words} | {weights} | {errors} |")
        if self.ngrams:
            counts = ", ".join(f"{count} of {length}" for length, count in enumerate(self.ngrams, start=1))
            lines += ["", f"Phrases in the new scorer by their number of words: {counts}."]
        if self.wrong_words:
            lines += ["", f"Words most often wrong in the test: {_listed(self.wrong_words)}."]
        return lines


def _listed(words: Sequence[tuple[str, int]]) -> str:
    listed = ", ".join(f"{printable(word)} ({count})" for word, count in words[:_LISTED_WORDS])
    more = len(words) - _LISTED_WORDS
    return f"{listed} and {more} more in report.json" if more > 0 else listed
