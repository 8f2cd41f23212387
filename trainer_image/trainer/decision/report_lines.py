"""The parts that the reports of all teachings share: the JSON, the measured changes and the findings."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from trainer.data.finding import Finding
from trainer.decision.promotion import Decision, MeasuredChange, Verdict

#: How many findings a report in words lists. The JSON has all.
_LISTED_FINDINGS = 50


class Report(Protocol):
    """The fields that every report has. A report is a data class."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    @property
    def decision(self) -> Decision:
        """What was decided."""

    @property
    def test(self) -> MeasuredChange:
        """The change that was measured on the test."""

    @property
    def guards(self) -> Mapping[str, MeasuredChange]:
        """The changes that were measured on other speech, by the name of the set."""


def report_json(report: Report) -> bytes:
    """Return all fields of a report, whether the new model is used, and the word error rates, as JSON."""
    document = dataclasses.asdict(report)
    document["decision"]["is_used"] = report.decision.is_used
    document["word_error_rate"] = _error_rates(report.test, report.guards)
    return (json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def change_lines(test: MeasuredChange, guards: Mapping[str, MeasuredChange]) -> list[str]:
    """Return the table of word error rates before and after."""
    return [
        "| recordings | words | old model | new model | 95 % interval of the improvement |",
        "| --- | ---: | ---: | ---: | ---: |",
        _row("test: never used for training or tuning", test),
        *(_row(f"guard: {name}", guard) for name, guard in guards.items()),
    ]


def advice_lines(decision: Decision, guards: Mapping[str, MeasuredChange]) -> list[str]:
    """Return what people can do so that more is known about the new model."""
    advice = []
    if decision.verdict == Verdict.TOO_LITTLE_TO_JUDGE:
        advice.append("Add recordings with texts. A fifth of them becomes the test, unless TEST names another folder.")
    if not guards:
        advice.append(
            "No other speech was measured, so nobody knows whether it became worse. OTHERS of make teach and the field "
            "Speech of others of teach_model name some."
        )
    return advice


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """Return the part of a report that lists findings, or no line if there are none."""
    if not findings:
        return []
    counts = Counter(finding.code for finding in findings)
    summary = ", ".join(f"{count} {code}" for code, count in counts.most_common())
    listed = [f"- `{finding.code}` {finding.recording}: {finding.message}" for finding in findings]
    more = len(listed) - _LISTED_FINDINGS
    left = [f"- and {more} more in report.json"] if more > 0 else []
    return [f"## Recordings to look at: {summary}", "", *listed[:_LISTED_FINDINGS], *left]


def _row(name: str, change: MeasuredChange) -> str:
    if not change.old.words:
        return f"| {name} | 0 | not measured | not measured | |"
    rates = (f"{errors.word_error_rate:.1f} %" for errors in (change.old, change.new))
    interval = f"{change.interval.low:.1f} to {change.interval.high:.1f}"
    return f"| {' | '.join([name, str(change.old.words), *rates, interval])} |"


def _error_rates(test: MeasuredChange, guards: Mapping[str, MeasuredChange]) -> dict[str, dict[str, float]]:
    """Return the word error rates before and after in per cent, by the name of the set."""
    return {
        name: {"old": round(change.old.word_error_rate, 2), "new": round(change.new.word_error_rate, 2)}
        for name, change in {"test": test, **guards}.items()
    }
