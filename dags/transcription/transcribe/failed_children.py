"""The failed children of a Batch job in the log, in the buttons and in the error of the task `transcribe`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from transcription.contract.log_text import printable
from transcription.contract.manifest import Failure, Plan
from transcription.contract.reason import Reason
from transcription.shared import batch_job, page_addresses, task_links
from transcription.shared.aws_console import AwsConsole
from transcription.shared.batch_job import JobDescription
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import CONCURRENCY, Bucket
from transcription.shared.job_record import FailedChild
from transcription.shared.recorded_reasons import RecordedReasons

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)

#: How many failed children the error names; the log and `job.json` name all of them.
_NAMED = 5
#: How many files without a result the log names; the report names all of them.
_LOGGED_FILES = 100


def read(
    batch: BatchQueue, bucket: Bucket, plan: Plan, job: JobDescription, console: AwsConsole
) -> tuple[list[FailedChild], list[Reason]]:
    """Find out which children of a job failed, and which files they did not finish. Log both with their reasons.

    Args:
        batch: the job queue.
        bucket: the audio bucket, in which the containers have recorded their reasons.
        plan: the run's plan.
        job: the job.
        console: makes the addresses of the logs.

    Returns:
        The failed children with the reasons of the container and of Batch, and the reasons of the first files that have
        no result.
    """
    descriptions = batch.describe_all(batch.children(job, batch_job.JOB_FAILED))
    failed = [batch_job.failed_child(description, console.log) for description in descriptions]
    if not failed:
        return [], []
    reasons = RecordedReasons(bucket, plan.run, batch_job.draft(job) or plan.draft)
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        recorded = pool.map(lambda child: reasons.of_child(child.index), failed)
        children = [_with_reason(child, reason) for child, reason in zip(failed, recorded, strict=True)]
    for child in children:
        log.error("%s failed: %s. Log: %s", child.job_id, child.reason, child.log or "it did not start")
    files, count = reasons.of_unfinished_files(_LOGGED_FILES)
    for reason in files:
        log.error("Not transcribed: %s", _describe(reason))
    if count > len(files):
        log.error("%d more files are not transcribed; the report names them.", count - len(files))
    return children, files


def _with_reason(child: FailedChild, failure: Failure | None) -> FailedChild:
    """Return a failed child with the reason of its container in front of Batch's reason."""
    if failure is None:
        return child
    return replace(child, reason=printable(f"{failure.code}: {failure.message} ({child.reason})"))


def _describe(reason: Reason) -> str:
    key = reason.item.key if reason.item else ""
    return f"{key!r}: {reason.failure.code}: {printable(reason.failure.message)}"


def show(operator: Any, context: Context, children: Sequence[FailedChild]) -> None:
    """Show buttons to the logs of the first failed children, and a button to the page that lists all of them.

    Args:
        operator: the operator of the task.
        context: the context of the task.
        children: the failed children. Without any, no button is shown.
    """
    run_id = context["run_id"]
    if children:
        every_child = page_addresses.failed_children(run_id)
        task_links.show_link(operator, context, task_links.FAILED_CHILDREN_LINK, every_child)
    logs = [page_addresses.log_page(run_id, child.index) for child in children if child.log]
    for link, address in zip(task_links.LOG_LINKS, logs, strict=False):
        task_links.show_link(operator, context, link, address)


def explain(job: JobDescription, children: Sequence[FailedChild], files: Sequence[Reason] = ()) -> str:
    """Return the text of the error for a failed job: which children failed, why, and what to do.

    The text includes Batch's reason for the whole job, unless a child has the same reason. A plain job is its own only
    child.

    Args:
        job: the description of the job.
        children: its failed children.
        files: the reasons of files without a result. The text names the first ones.
    """
    named = "; ".join(f"{child.job_id}: {child.reason}" for child in children[:_NAMED])
    more = f" … and {len(children) - _NAMED} more" if len(children) > _NAMED else ""
    reason = job.get("statusReason", "")
    reasons = [f"{named}{more}."] if children else []
    if reason and reason not in named:
        reasons.append(f"AWS Batch's reason for the whole job: {reason}.")
    if files:
        named_files = "; ".join(map(_describe, files[:_NAMED])).rstrip(".")
        reasons.append(f"Files without a result: {named_files}{' …' if len(files) > _NAMED else '.'}")
    sentences = (
        f"{len(children)} of {batch_job.child_count(job)} Batch children failed; the files that they finished "
        "are kept.",
        *reasons,
        "The log of this task links to their logs. Fix the cause, then clear this task: it transcribes only the files "
        "that have no result yet.",
    )
    return " ".join(sentences)
