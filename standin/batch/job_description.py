"""Descriptions of jobs, as ListJobs and DescribeJobs return them."""

from __future__ import annotations

from typing import Any

from standin.batch.attempt_ending import Ending
from standin.batch.jobs import AnyJob, Array, AttemptRecord, Job, Status


def summary(job: AnyJob) -> dict[str, Any]:
    """Return the description of a job for ListJobs: a JobSummary."""
    document = _common(job)
    if isinstance(job, Array):
        document["arrayProperties"] = {"size": len(job.children)}
        return document
    if job.index is not None:
        document["arrayProperties"] = {"index": job.index}
    if job.attempts:
        document["container"] = _container_ending(job.attempts[-1])
    return document


def details(job: AnyJob) -> dict[str, Any]:
    """Return the description of a job for DescribeJobs: a JobDetail."""
    submission = job.submission
    definition = submission.definition
    document = {
        **_common(job),
        **submission.described,
        "jobQueue": submission.queue.arn,
        # AWS sets these at the call of CancelJob or TerminateJob, while the job may still be PENDING or RUNNING.
        "isCancelled": job.is_cancelled,
        "isTerminated": job.is_terminated,
        "parameters": submission.parameters,
        "tags": submission.tags,
        "dependsOn": [],
        "platformCapabilities": definition.platform_capabilities or ["EC2"],
        "propagateTags": bool(definition.propagate_tags),
        "container": dict(submission.container),
    }
    if isinstance(job, Array):
        counts = {status.value: job.summary[status] for status in Status}
        document["arrayProperties"] = {"statusSummary": counts, "size": len(job.children)}
        return document
    if job.index is not None:
        document["arrayProperties"] = {"statusSummary": {}, "index": job.index}
    document["attempts"] = [_attempt(record, record.ending) for record in job.attempts if record.ending]
    if job.attempts:
        document["container"] |= _container(job.attempts[-1])
    return document


def _common(job: AnyJob) -> dict[str, Any]:
    document = {
        "jobArn": job.arn,
        "jobId": job.job_id,
        "jobName": job.submission.name,
        "jobDefinition": job.submission.definition.arn,
        "createdAt": job.created_at,
        "status": job.status.value,
        "statusReason": job.status_reason,
        "startedAt": job.started_at if isinstance(job, Job) else None,
        "stoppedAt": job.stopped_at,
    }
    return _present(document)


def _attempt(record: AttemptRecord, ending: Ending) -> dict[str, Any]:
    document = {
        "container": _container(record),
        "startedAt": record.started_at,
        "stoppedAt": record.stopped_at,
        "statusReason": ending.status_reason,
    }
    return _present(document)


def _container(record: AttemptRecord) -> dict[str, Any]:
    log_stream = record.log_stream if record.started_at else None
    document: dict[str, Any] = {"taskArn": record.task_arn, "logStreamName": log_stream, "networkInterfaces": []}
    return _present(document) | _container_ending(record)


def _container_ending(record: AttemptRecord) -> dict[str, Any]:
    if record.ending is None:
        return {}
    return _present({"exitCode": record.ending.exit_code, "reason": record.ending.reason})


def _present(document: dict[str, Any]) -> dict[str, Any]:
    """Return `document` without the entries that are None. AWS leaves them out, too."""
    return {name: value for name, value in document.items() if value is not None}
