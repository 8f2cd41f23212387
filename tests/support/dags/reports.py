"""Outcomes and reports of invented runs."""

from __future__ import annotations

from typing import Any

from tests.support.dags.bucket_objects import make_plan
from transcription.contract import result
from transcription.contract.manifest import Failure, Item
from transcription.contract.result import Audio
from transcription.finish.outcomes import DONE_BEFORE, Outcome
from transcription.report.run_report import Report, make_report
from transcription.shared.job_record import Job
from transcription.shared.settings import Settings

AUDIO = Audio(1800.0, 16_000, 1, "PCM_16")
SETTINGS = Settings("bucket", "queue", "definition", vcpu_hour_price=0.04, api_hour_price=1.5)


def make_outcome(number: int, status: str, code: str = "", **fields: Any) -> Outcome:
    """Return the outcome of a file: a transcript of half an hour of audio, or a failure with an error code.

    Args:
        number: the number of the file in the plan.
        status: the status of the outcome.
        code: the error code of a failure.
        fields: further fields of the outcome of a transcribed file.
    """
    item = Item(number, f"input/{number}.wav", "e", 10)
    if status in (result.TRANSCRIBED, DONE_BEFORE):
        figures = {"words": 170, "unsure_words": 6, "cpu_seconds": 900.0, **fields}
        return Outcome(item, status, audio=AUDIO, **figures)
    return Outcome(item, status, Failure(code, "why"))


def report_on(*outcomes: Outcome, vcpu_hours: float | None = None, **plan: Any) -> Report:
    """Return the report of a run.

    Args:
        outcomes: the outcomes of the files.
        vcpu_hours: the vCPU hours of the Batch job; `None` if the run had no job.
        plan: other values for fields of the plan.
    """
    job = None if vcpu_hours is None else Job("run", "id", "name", vcpu_hours=vcpu_hours)
    return make_report(make_plan(**plan), outcomes, job, SETTINGS)


#: The outcomes of a successful run, with every status that a successful run can have.
GREEN_RUN = (
    make_outcome(0, result.TRANSCRIBED),
    make_outcome(1, result.TRANSCRIBED),
    make_outcome(2, DONE_BEFORE),
    make_outcome(3, result.FAILED, "AUDIO_EMPTY"),
    make_outcome(4, result.FAILED, "NAME_INVALID"),
    make_outcome(5, result.FAILED, "AUDIO_EMPTY"),
    make_outcome(6, result.LEFT, "INPUT_CHANGED"),
)
