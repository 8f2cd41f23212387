"""The report: a run in figures, for people and for the DAGs that follow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from transcription.contract import result
from transcription.contract.errors import RunIncomplete
from transcription.contract.manifest import Plan
from transcription.outcomes import MISSING, Outcome, Outcomes


@dataclass(frozen=True)
class Report:
    """What `runs/{run}/report.json` holds."""

    run: str
    #: Files transcribed and moved to `processed/`.
    transcribed: int
    #: Files moved to `failed/`.
    failed: int
    #: Files that changed during the run and wait for the next one.
    left: int
    #: Files that are neither transcribed nor explained. Any makes the run red.
    missing: int
    #: Audio transcribed, in seconds.
    audio_seconds: float
    #: Processing time per second of audio, over all children; nothing where no audio was transcribed.
    real_time_factor: float | None
    files: tuple[Outcome, ...]

    def raise_if_incomplete(self) -> None:
        """Turn the run red when it has to be.

        Raises:
            RunIncomplete: a planned file is neither transcribed nor explained; the message names the first ones.
        """
        lost = [each for each in self.files if each.status == MISSING]
        if lost:
            shown = "; ".join(f"{each.item.key!r}: {each.failure.message}" for each in lost[:5] if each.failure)
            raise RunIncomplete(
                f"{len(lost)} of {len(self.files)} planned files are neither transcribed nor explained; they stay in "
                "input/ and the next run takes them. The error of the task `transcribe` names the logs that say why. "
                f"{shown}"
            )


def make_report(plan: Plan, outcomes: Outcomes) -> Report:
    """Add up what became of the planned files."""
    count = Counter(outcome.status for outcome in outcomes.files)
    done = [outcome for outcome in outcomes.files if outcome.status == result.TRANSCRIBED and outcome.audio]
    audio = sum(outcome.audio.seconds for outcome in done if outcome.audio)
    return Report(
        run=plan.run,
        transcribed=count[result.TRANSCRIBED],
        failed=count[result.FAILED],
        left=count[result.LEFT],
        missing=count[MISSING],
        audio_seconds=round(audio, 3),
        real_time_factor=round(sum(outcome.wall_seconds for outcome in done) / audio, 4) if audio else None,
        files=outcomes.files,
    )


def describe(report: Report) -> str:
    """The report as a few lines of text, one line for each file that was not transcribed."""
    lines = [
        f"{report.transcribed} transcribed, {report.failed} failed, {report.left} left for the next run, "
        f"{report.missing} missing; {report.audio_seconds / 60:.1f} minutes of audio"
        + (f" at a real-time factor of {report.real_time_factor:.2f}" if report.real_time_factor else "")
    ]
    for each in report.files:
        if each.failure:
            lines.append(f"  {each.status} {each.item.key!r} {each.failure.code}: {each.failure.message}")
    return "\n".join(lines)
