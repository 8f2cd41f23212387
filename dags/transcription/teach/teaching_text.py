"""The report of a teaching in sentences, for the log of the task `report`."""

from __future__ import annotations

from typing import Any

from transcription.contract.log_text import printable
from transcription.contract.teaching import TeachingOrder, TeachingOutcome
from transcription.shared import cost, page_addresses
from transcription.shared.job_record import Job
from transcription.shared.settings import Settings
from transcription.teach.promotion import Promotion


def figures(outcome: TeachingOutcome, promotion: Promotion, job: Job | None, settings: Settings) -> dict[str, Any]:
    """Return the figures of a teaching, which the task `report` pushes as an XCom."""
    hours = job.vcpu_hours if job else 0.0
    rates = outcome.test
    return {
        "model": outcome.model,
        "verdict": outcome.verdict,
        "is_used": promotion.is_used,
        "word_error_rate_before": rates.old if rates else None,
        "word_error_rate_after": rates.new if rates else None,
        "findings": outcome.findings,
        "vcpu_hours": hours,
        "cost": cost.compute_cost(hours, settings),
    }


def describe(
    order: TeachingOrder, outcome: TeachingOutcome, promotion: Promotion, job: Job | None, settings: Settings
) -> str:
    """Return what was measured, what was decided, what it cost, and where the whole report is."""
    rates = outcome.test
    lines = []
    if rates:
        lines.append(
            f"Word error rate on recordings that the model never learned: {rates.old:.1f} % → {rates.new:.1f} % (95 % "
            f"interval of the improvement {outcome.interval_low:.1f} to {outcome.interval_high:.1f} points, "
            f"{outcome.test_words} words)."
        )
    lines += [
        f"Other speech, {name}: {guard.old:.1f} % → {guard.new:.1f} %."
        for name, guard in outcome.word_error_rates.items()
        if name != "test"
    ]
    used = f"Runs that choose no model use {outcome.model} from now on." if promotion.is_used else "Nothing changed."
    lines.append(f"{outcome.verdict}: {used} {promotion.reason}")
    if outcome.model:
        lines.append(
            f"The page Models shows {outcome.model}, and uses it or another one: {page_addresses.models_page()}"
        )
    if outcome.findings:
        lines.append(f"{outcome.findings} recordings are to be looked at.")
    if job:
        lines.append(f"Machine time: {cost.machine_time(job.vcpu_hours, settings)}.")
    lines.append(f"The whole report is runs/{order.run}/teaching/report.md in the audio bucket.")
    return "\n".join(map(printable, lines))
