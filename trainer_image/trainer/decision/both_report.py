"""The report of a teaching of sound and words: what the whole teaching changed, and the reports of both parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from trainer.data.finding import Finding
from trainer.decision.promotion import Decision, MeasuredChange
from trainer.decision.report_lines import change_lines, finding_lines, report_json
from trainer.decision.teaching_report import TeachingReport
from trainer.decision.words_report import WordsReport


@dataclass(frozen=True)
class BothReport:
    """The report of a teaching of sound and words."""

    base: str
    decision: Decision
    #: The changes from the base model to the new one.
    test: MeasuredChange
    guards: Mapping[str, MeasuredChange]
    findings: Sequence[Finding]
    sound: TeachingReport
    words: WordsReport

    def as_json(self) -> bytes:
        """Return the report as JSON."""
        return report_json(self)

    def as_markdown(self) -> str:
        """Return the report in words."""
        is_used = self.decision.is_used
        lines = [
            f"# {'The new model is better' if is_used else 'The new model is not used'}",
            "",
            self.decision.reason,
            "",
            *change_lines(self.test, self.guards),
            "",
            "Sound was taught first, then words. Each is used only if it is better, and both only if the model with "
            "both is better, too.",
            "",
            _part("Sound", replace(self.sound, findings=()).as_markdown()),
            _part("Words", replace(self.words, findings=()).as_markdown()),
            *finding_lines(self.findings),
        ]
        return "\n".join(lines).rstrip() + "\n"


def _part(name: str, report: str) -> str:
    """Return the report of a part with headings one level deeper, of which the first names the part."""
    return f"#{re.sub(r'^#', '##', report, flags=re.MULTILINE)[1:]}".replace("# ", f"# {name}: ", 1)
