"""The report of a run as text for people."""

from __future__ import annotations

from transcription.contract.log_text import printable
from transcription.report.run_report import Report
from transcription.shared.cost import duration, money

#: How many notes on engines the summary shows; the report holds all of them.
_NOTES = 5


def summarize(report: Report) -> str:
    """Return a few lines with the counts, audio, cost, unsure words and engines of the run."""
    failures = ", ".join(f"{count} {code}" for code, count in report.failed_by_code.items())
    factor = "none" if report.real_time_factor is None else f"{report.real_time_factor:.2f}"
    return (
        f"{report.transcribed} files transcribed, {report.done_before} done before, {report.failed} failed"
        + (f" ({failures})" if failures else "")
        + f", {report.left} left for the next run, {report.waiting} not taken, {report.missing} missing\n"
        f"{duration(report.audio_seconds / 3600)} of audio, real-time factor {factor}, "
        f"{duration(report.vcpu_hours)} of one vCPU: about {money(report.cost)}; elsewhere {money(report.elsewhere)}"
        + (f"\n{report.unsure_words} of {report.words} words are unsure" if report.words else "")
        + "".join(f"\n{count} files by {engine}" for engine, count in report.engines.items())
        + "".join(f"\n  {note}" for note in report.engine_notes[:_NOTES])
    )


def describe(report: Report) -> str:
    """Return the summary, and one line with the reason for each file that was not transcribed."""
    lines = [summarize(report)]
    for outcome in report.files:
        if outcome.failure:
            message = printable(outcome.failure.message)
            lines.append(f"  {outcome.status} {outcome.item.key!r} {outcome.failure.code}: {message}")
    return "\n".join(lines)
