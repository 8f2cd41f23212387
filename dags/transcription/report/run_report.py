"""The report: a run in figures, for people and for the DAGs that follow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from transcription.contract import result
from transcription.contract.errors import RunIncomplete
from transcription.contract.manifest import Plan
from transcription.finish.outcomes import DONE_BEFORE, MISSING, Outcome, Outcomes
from transcription.shared.cost import api_cost, compute_cost, duration, money
from transcription.shared.job_record import Job
from transcription.shared.settings import Settings

#: How many notes on engines the summary has; the report has all.
_NOTES = 5


@dataclass(frozen=True)
class Report:
    """What `runs/{run}/report.json` holds."""

    run: str
    #: Files transcribed and moved to `processed/`.
    transcribed: int
    #: Files moved to `processed/` whose transcript an earlier run wrote.
    done_before: int
    #: Files moved to `failed/`, and how many for each reason.
    failed: int
    failed_by_code: dict[str, int]
    #: Files that changed during the run and wait for the next one.
    left: int
    #: Files that were not taken, because the run was to take no more.
    waiting: int
    #: Files that are neither transcribed nor explained. Any makes the run red.
    missing: int
    #: Audio transcribed, in seconds.
    audio_seconds: float
    #: What recognition took, in vCPU seconds per second of audio; nothing where no audio was transcribed. It is what
    #: `expected_real_time_factor` estimates, and leaves out what else machines are paid for, such as their start.
    real_time_factor: float | None
    #: Machine time over all attempts of all children, in vCPU hours.
    vcpu_hours: float
    #: In US dollars: the machines' price for that, and another service's for the same audio.
    cost: float
    elsewhere: float
    files: tuple[Outcome, ...]
    #: The words of what was transcribed, and how many of them have less confidence than `low_confidence`.
    words: int = 0
    unsure_words: int = 0
    #: How many files each engine transcribed; why it was not another one, or how exact it was, each said once.
    engines: dict[str, int] = field(default_factory=dict)
    engine_notes: tuple[str, ...] = ()

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
                "input/ and the next run takes them. Where no child wrote a result, the task `transcribe` names the "
                f"logs that say why; clear it to try again at once. {shown}"
            )

    @property
    def figures(self) -> dict[str, Any]:
        """The numbers alone, for those who follow `output/`."""
        counts = ("transcribed", "done_before", "failed", "left", "waiting", "words", "unsure_words")
        amounts = ("audio_seconds", "real_time_factor", "vcpu_hours", "cost", "elsewhere")
        return {name: getattr(self, name) for name in (*counts, *amounts)}


def make_report(plan: Plan, outcomes: Outcomes, job: Job | None, settings: Settings) -> Report:
    """Add up what became of the planned files; `job` is nothing where none was needed."""
    count = Counter(outcome.status for outcome in outcomes.files)
    codes = Counter(each.failure.code for each in outcomes.files if each.failure and each.status == result.FAILED)
    done = [outcome for outcome in outcomes.files if outcome.status == result.TRANSCRIBED and outcome.audio]
    audio = sum(outcome.audio.seconds for outcome in done if outcome.audio)
    vcpu_hours = job.vcpu_hours if job else 0.0
    return Report(
        run=plan.run,
        transcribed=count[result.TRANSCRIBED],
        done_before=count[DONE_BEFORE],
        failed=count[result.FAILED],
        failed_by_code=dict(sorted(codes.items())),
        left=count[result.LEFT],
        waiting=plan.waiting,
        missing=count[MISSING],
        audio_seconds=round(audio, 3),
        real_time_factor=round(sum(outcome.cpu_seconds for outcome in done) / audio, 4) if audio else None,
        vcpu_hours=vcpu_hours,
        cost=compute_cost(vcpu_hours, settings),
        elsewhere=api_cost(audio / 3600, settings),
        files=outcomes.files,
        words=sum(outcome.words for outcome in done),
        unsure_words=sum(outcome.unsure_words for outcome in done),
        engines=dict(sorted(Counter(outcome.engine for outcome in done if outcome.engine).items())),
        engine_notes=tuple(sorted({outcome.engine_note for outcome in done if outcome.engine_note})),
    )


def summarize(report: Report) -> str:
    """The report in a few lines of text."""
    failed = ", ".join(f"{count} {code}" for code, count in report.failed_by_code.items())
    factor = "none" if report.real_time_factor is None else f"{report.real_time_factor:.2f}"
    return (
        f"{report.transcribed} files transcribed, {report.done_before} done before, {report.failed} failed"
        + (f" ({failed})" if failed else "")
        + f", {report.left} left for the next run, {report.waiting} not taken, {report.missing} missing\n"
        f"{duration(report.audio_seconds / 3600)} of audio, real-time factor {factor}, "
        f"{duration(report.vcpu_hours)} of one vCPU: about {money(report.cost)}; elsewhere {money(report.elsewhere)}"
        + (f"\n{report.unsure_words} of {report.words} words are unsure" if report.words else "")
        + "".join(f"\n{count} files by {engine}" for engine, count in report.engines.items())
        + "".join(f"\n  {note}" for note in report.engine_notes[:_NOTES])
    )


def describe(report: Report) -> str:
    """The summary, and one line for each file that was not transcribed."""
    lines = [summarize(report)]
    for each in report.files:
        if each.failure:
            lines.append(f"  {each.status} {each.item.key!r} {each.failure.code}: {each.failure.message}")
    return "\n".join(lines)
