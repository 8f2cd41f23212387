"""The report of a run, calculated from its plan, its outcomes and its Batch job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from transcription.contract import result
from transcription.contract.errors import InputArchived, RunIncomplete
from transcription.contract.manifest import Failure, Plan
from transcription.finish.outcomes import DONE_BEFORE, MISSING, Outcome
from transcription.report.model_doubt import doubt
from transcription.shared.cost import api_cost, compute_cost
from transcription.shared.job_record import Job
from transcription.shared.settings import Settings

#: How many missing files the error names; the report lists all of them.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class NotTranscribed:
    """A planned file without a transcript, and the reason."""

    #: The number of the file in the manifest. A page in `runs/{run}/moves/` has 1,000 files: file 12,345 is on page 12.
    number: int
    key: str
    #: `failed`, `left` or `missing`.
    status: str
    #: The code and the message of the reason.
    code: str
    message: str

    @classmethod
    def from_outcome(cls, outcome: Outcome) -> NotTranscribed:
        """Return the entry of a file that has no transcript."""
        failure = outcome.failure or Failure("", "")
        return cls(outcome.item.number, outcome.item.key, outcome.status, failure.code, failure.message)


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
    #: Files that changed during the run or are archived; they stay in `input/`.
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
    #: Words in the new transcripts, and how many of them have less confidence than `low_confidence`.
    words: int = 0
    unsure_words: int = 0
    #: Number of files by engine, and the distinct notes on why an engine was used or how exact it was.
    engines: dict[str, int] = field(default_factory=dict)
    engine_notes: tuple[str, ...] = ()
    #: The files without a transcript, in the order of the manifest. The record of a run's outcomes after moving has all
    #: files. Reports of release 0.2 have another list: `files`, with all of them.
    not_transcribed: tuple[NotTranscribed, ...] = ()
    #: How many of the files that are left are archived; somebody has to restore them first.
    archived: int = 0
    #: The plan's warnings about the files in `input/`.
    warnings: tuple[str, ...] = ()
    #: Why the model may not fit the audio; empty if nothing suggests it.
    model_doubt: str = ""
    #: Files that stay in `input/` because their names end like no audio: their number, and the first of their keys.
    ignored: int = 0
    ignored_keys: tuple[str, ...] = ()

    @property
    def planned(self) -> int:
        """The number of planned files."""
        return self.transcribed + self.done_before + self.failed + self.left + self.missing

    def raise_if_incomplete(self) -> None:
        """Raise an error if a file is missing, so that the run fails.

        Raises:
            RunIncomplete: a planned file has neither a transcript nor a reason; the message names the first ones.
        """
        missing = [file for file in self.not_transcribed if file.status == MISSING]
        if missing:
            reasons = [f"{file.key!r}: {file.message} ({file.code})" for file in missing[:_NAMED]]
            raise RunIncomplete(
                f"{len(missing)} of {self.planned} planned files have neither a transcript nor a reason. They stay "
                "in input/, and the next run takes them. If no child wrote a result for a file, the log of the task "
                "`transcribe` links to the children's logs; clear that task to try again now. "
                f"{'; '.join(reasons)}"
            )

    @property
    def figures(self) -> dict[str, Any]:
        """The numbers of the report, without the files. The asset event hands them to other DAGs."""
        files = ("transcribed", "done_before", "failed", "left", "archived", "waiting", "ignored")
        words = ("words", "unsure_words")
        amounts = ("audio_seconds", "real_time_factor", "vcpu_hours", "cost", "elsewhere")
        return {name: getattr(self, name) for name in (*files, *words, *amounts)}


@dataclass
class _Totals:
    """The sums over the outcomes of a run. No outcome is kept, so a report on 100,000 files needs little memory."""

    statuses: Counter[str] = field(default_factory=Counter)
    failure_codes: Counter[str] = field(default_factory=Counter)
    engines: Counter[str] = field(default_factory=Counter)
    engine_notes: set[str] = field(default_factory=set)
    #: Of transcribed files: seconds of audio, vCPU seconds of recognition, words, and unsure words.
    audio_seconds: float = 0.0
    cpu_seconds: float = 0.0
    words: int = 0
    unsure_words: int = 0
    not_transcribed: list[NotTranscribed] = field(default_factory=list)
    archived: int = 0

    def add(self, outcome: Outcome) -> None:
        self.statuses[outcome.status] += 1
        if outcome.status == result.TRANSCRIBED and outcome.audio:
            self.audio_seconds += outcome.audio.seconds
            self.cpu_seconds += outcome.cpu_seconds
            self.words += outcome.words
            self.unsure_words += outcome.unsure_words
            self.engines[outcome.engine] += 1
            self.engine_notes.add(outcome.engine_note)
        if outcome.status not in (result.TRANSCRIBED, DONE_BEFORE):
            self.not_transcribed.append(NotTranscribed.from_outcome(outcome))
        if outcome.status == result.FAILED and outcome.failure:
            self.failure_codes[outcome.failure.code] += 1
        self.archived += outcome.failure is not None and outcome.failure.code == InputArchived.code


def make_report(plan: Plan, outcomes: Iterable[Outcome], job: Job | None, settings: Settings) -> Report:
    """Make the report of a run.

    Args:
        plan: the run's plan.
        outcomes: the outcomes of the planned files after moving. They are read once.
        job: the record of the run's Batch jobs; None if the run needed none.
        settings: the prices.
    """
    totals = _Totals()
    for outcome in outcomes:
        totals.add(outcome)
    audio, count = totals.audio_seconds, totals.statuses
    vcpu_hours = job.vcpu_hours if job else 0.0
    return Report(
        run=plan.run,
        transcribed=count[result.TRANSCRIBED],
        done_before=count[DONE_BEFORE],
        failed=count[result.FAILED],
        failed_by_code=dict(sorted(totals.failure_codes.items())),
        left=count[result.LEFT],
        waiting=plan.waiting,
        missing=count[MISSING],
        audio_seconds=round(audio, 3),
        real_time_factor=round(totals.cpu_seconds / audio, 4) if audio else None,
        vcpu_hours=vcpu_hours,
        cost=compute_cost(vcpu_hours, settings),
        elsewhere=api_cost(audio / 3600, settings),
        words=totals.words,
        unsure_words=totals.unsure_words,
        engines={engine: files for engine, files in sorted(totals.engines.items()) if engine},
        engine_notes=tuple(sorted(note for note in totals.engine_notes if note)),
        not_transcribed=tuple(totals.not_transcribed),
        archived=totals.archived,
        warnings=plan.warnings,
        model_doubt=doubt(
            count[result.TRANSCRIBED], audio, totals.words, totals.unsure_words, plan.options.low_confidence
        ),
        ignored=plan.ignored,
        ignored_keys=plan.ignored_keys,
    )
