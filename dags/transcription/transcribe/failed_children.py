"""The failed children of a Batch job in the log, in the buttons and in the error of the task `transcribe`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from transcription.shared import batch_job, task_links
from transcription.shared.aws_console import AwsConsole
from transcription.shared.batch_job import JobDescription
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.job_record import FailedChild

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)

#: How many failed children the error names; the log and `job.json` name all of them.
_NAMED = 5


def read(batch: BatchQueue, job: JobDescription, console: AwsConsole) -> list[FailedChild]:
    """Return the failed children of a job. Log each child with its reason and the address of its log."""
    descriptions = batch.describe_all(batch.children(job, batch_job.JOB_FAILED))
    children = [batch_job.failed_child(description, console.log) for description in descriptions]
    for child in children:
        log.error("%s failed: %s. Log: %s", child.job_id, child.reason, child.log or "it did not start")
    return children


def show(operator: Any, context: Context, children: Sequence[FailedChild], record_address: str) -> None:
    """Show buttons to the logs of the first failed children, and a button to the record that lists all of them.

    Args:
        operator: the operator of the task.
        context: the context of the task.
        children: the failed children. Without any, no button is shown.
        record_address: the address of the record `job.json` in the AWS console.
    """
    if children:
        task_links.show_link(operator, context, task_links.FAILED_CHILDREN_LINK, record_address)
    logs = [child.log for child in children if child.log]
    for link, address in zip(task_links.LOG_LINKS, logs, strict=False):
        task_links.show_link(operator, context, link, address)


def explain(job: JobDescription, children: Sequence[FailedChild]) -> str:
    """Return the text of the error for a failed job: which children failed, why, and what to do.

    The text includes Batch's reason for the whole job, unless a child has the same reason. A plain job is its own only
    child.
    """
    named = "; ".join(f"{child.job_id}: {child.reason}" for child in children[:_NAMED])
    more = f" … and {len(children) - _NAMED} more" if len(children) > _NAMED else ""
    reason = job.get("statusReason", "")
    reasons = [f"{named}{more}."] if children else []
    if reason and reason not in named:
        reasons.append(f"AWS Batch's reason for the whole job: {reason}.")
    sentences = (
        f"{len(children)} of {batch_job.child_count(job)} Batch children failed; the files that they finished "
        "are kept.",
        *reasons,
        "The log of this task links to their logs. Fix the cause, then clear this task: it transcribes only the files "
        "that have no result yet.",
    )
    return " ".join(sentences)
