"""The report of a run, calculated from its plan, its outcomes and its Batch job."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from transcription.contract import result
from transcription.contract.errors import RunIncomplete
from transcription.contract.manifest import Plan
from transcription.finish.outcomes import DONE_BEFORE, MISSING, Outcome, Outcomes
from transcription.shared.cost import api_cost, compute_cost
from transcription.shared.job_record import Job
from transcription.shared.settings import Settings

#: How many missing files the error names; the report holds all of them.
_NAMED = 5


@dataclass(frozen=True)
class Report:
    """The record `runs/{run}/report.json`."""

    run: str
    #: Files transcribed and moved to `processed/`.
    transcribed: int
    #: Files moved to `processed/` whose transcript an earlier run wrote.
    done_before: int
    #: Files moved to `failed/`, in total and by failure code.
    failed: int
    failed_by_code: dict[str, int]
    #: Files that changed during the run; the next run takes them.
    left: int
    #: Files that were not taken because of the run's option `max_files`.
    waiting: int
    #: Files with neither a transcript nor a reason. If there is one, the run fails.
    missing: int
    #: Seconds of transcribed audio.
    audio_seconds: float
    #: vCPU seconds of recognition per second of audio; None if no audio was transcribed. The setting
    #: `expected_real_time_factor` is an estimate of this number. Other paid time, such as the start of machines, does
    #: not count.
    real_time_factor: float | None
    #: vCPU hours of all attempts of all children.
    vcpu_hours: float
    #: Cost of those vCPU hours, and of the same audio at a cloud speech API, both in US dollars.
    cost: float
    elsewhere: float
    files: tuple[Outcome, ...]
    #: Words in the new transcripts, and how many of them have less confidence than `low_confidence`.
    words: int = 0
    unsure_words: int = 0
    #: Number of files by engine, and the distinct notes on why an engine was used or how exact it was.
    engines: dict[str, int] = field(default_factory=dict)
    engine_notes: tuple[str, ...] = ()

    def raise_if_incomplete(self) -> None:
        """Raise an error if a file is missing, so that the run fails.

        Raises:
            RunIncomplete: a planned file has neither a transcript nor a reason; the message names the first ones.
        """
        missing = [outcome for outcome in self.files if outcome.status == MISSING]
        if missing:
            reasons = [f"{outcome.item.key!r}: {outcome.failure.message}" for outcome in missing if outcome.failure]
            raise RunIncomplete(
                f"{len(missing)} of {len(self.files)} planned files have neither a transcript nor a reason. They stay "
                "in input/, and the next run takes them. If no child wrote a result for a file, the log of the task "
                "`transcribe` links to the children's logs; clear that task to try again now. "
                f"{'; '.join(reasons[:_NAMED])}"
            )

    @property
    def figures(self) -> dict[str, Any]:
        """The numbers of the report, without the files. The asset event hands them to other DAGs."""
        counts = ("transcribed", "done_before", "failed", "left", "waiting", "words", "unsure_words")
        amounts = ("audio_seconds", "real_time_factor", "vcpu_hours", "cost", "elsewhere")
        return {name: getattr(self, name) for name in (*counts, *amounts)}


def make_report(plan: Plan, outcomes: Outcomes, job: Job | None, settings: Settings) -> Report:
    """Make the report of a run.

    Args:
        plan: the run's plan.
        outcomes: the outcomes of the planned files after moving.
        job: the record of the run's Batch jobs; None if the run needed none.
        settings: the prices.
    """
    count = Counter(outcome.status for outcome in outcomes.files)
    failed = [outcome for outcome in outcomes.files if outcome.status == result.FAILED]
    codes = Counter(outcome.failure.code for outcome in failed if outcome.failure)
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
