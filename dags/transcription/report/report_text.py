"""The report of a run as text for people."""

from __future__ import annotations

from transcription.contract import result
from transcription.contract.log_text import printable
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import MISSING
from transcription.plan.ignored_files import IgnoredFiles
from transcription.report.run_report import Report
from transcription.shared.cost import duration, money

#: How many notes on engines the summary shows; the report holds all of them.
_NOTES = 5

#: How many files the log names; the report lists all of them.
_FILES = 100

#: The statuses of files without a transcript, in the order in which the log names the files.
_ORDER = {MISSING: 0, result.FAILED: 1, result.LEFT: 2}


def summarize(report: Report) -> str:
    """Return a few lines with the counts, audio, cost, unsure words, doubt, engines and warnings of the run."""
    failures = ", ".join(f"{count} {code}" for code, count in report.failed_by_code.items())
    factor = "none" if report.real_time_factor is None else f"{report.real_time_factor:.2f}"
    return (
        f"{report.transcribed} files transcribed, {report.done_before} done before, {report.failed} failed"
        + (f" ({failures})" if failures else "")
        + f", {report.left} left for the next run"
        + (f" ({report.archived} of them are archived: restore them first)" if report.archived else "")
        + f", {report.waiting} not taken, {report.missing} missing\n"
        f"{duration(report.audio_seconds / 3600)} of audio, real-time factor {factor}, "
        f"{duration(report.vcpu_hours)} of one vCPU: about {money(report.cost)}; elsewhere {money(report.elsewhere)}"
        + (f"\n{report.unsure_words} of {report.words} words are unsure" if report.words else "")
        + (f"\n{report.model_doubt}" if report.model_doubt else "")
        + "".join(f"\n{count} files by {engine}" for engine, count in report.engines.items())
        + "".join(f"\n  {note}" for note in report.engine_notes[:_NOTES])
        + (f"\n{IgnoredFiles(report.ignored, list(report.ignored_keys))}" if report.ignored else "")
        + "".join(f"\nWarning: {printable(warning)}" for warning in report.warnings)
    )


def describe(report: Report) -> str:
    """Return the summary, and one line with the reason for each of the first files that were not transcribed.

    Missing files come first, then failed ones, then those that are left for the next run.
    """
    files = sorted(report.not_transcribed, key=lambda file: _ORDER[file.status])
    lines = [f"  {file.status} {file.key!r} {file.code}: {printable(file.message)}" for file in files[:_FILES]]
    if len(files) > _FILES:
        lines.append(f"  and {len(files) - _FILES} more files; {RunKeys(report.run).report} lists all {len(files)}")
    return "\n".join([summarize(report), *lines])
