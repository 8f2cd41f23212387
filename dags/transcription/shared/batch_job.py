"""Read Batch's descriptions of a run's job: status, failures, machine time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from transcription.shared.job_record import FailedChild

JOB_SUCCEEDED: Final = "SUCCEEDED"
JOB_FAILED: Final = "FAILED"
JOB_RUNNABLE: Final = "RUNNABLE"
#: Statuses in which a machine runs the job or prepares to.
WORKING_STATUSES: Final = ("STARTING", "RUNNING")
#: All statuses in the order of a job's life. Source: AWS Batch User Guide, "Job states".
JOB_STATUSES: Final = ("SUBMITTED", "PENDING", JOB_RUNNABLE, *WORKING_STATUSES, JOB_SUCCEEDED, JOB_FAILED)

#: `JobDetail` of DescribeJobs, or `JobSummary` of ListJobs.
JobDescription = Mapping[str, Any]


def job_name(run: str) -> str:
    """Return the name of a run's Batch jobs; `*` as `run` gives the pattern for the jobs of all runs."""
    return f"transcribe-{run}"


def is_over(job: JobDescription) -> bool:
    """Return whether the job has succeeded or failed, so that nothing of it runs any more."""
    return job["status"] in (JOB_SUCCEEDED, JOB_FAILED)


def is_ending(job: JobDescription) -> bool:
    """Return whether the job was terminated or cancelled. Its containers may still run for a moment."""
    return bool(job.get("isTerminated") or job.get("isCancelled"))


def child_count(job: JobDescription) -> int:
    """Return the number of children of an array job, or 1 for a plain job."""
    return int(job.get("arrayProperties", {}).get("size", 1))


def count_children_by_status(job: JobDescription) -> dict[str, int]:
    """Count the children in each status, in the order of a job's life; statuses without children are left out."""
    summary: Mapping[str, int] = job.get("arrayProperties", {}).get("statusSummary") or {job["status"]: 1}
    return {status: summary[status] for status in JOB_STATUSES if summary.get(status)}


def failed_child(job: JobDescription, log_address: Callable[[str, str], str]) -> FailedChild:
    """Describe why a job or a child failed.

    Args:
        job: its full description.
        log_address: makes the address of a log from the names of its log group and log stream.
    """
    container = job.get("container", {})
    exit_code = f"exit code {container['exitCode']}" if "exitCode" in container else ""
    parts = (job.get("statusReason", ""), container.get("reason", ""), exit_code)
    reason = ", ".join(part for part in parts if part) or "no reason given"
    group = container.get("logConfiguration", {}).get("options", {}).get("awslogs-group", "/aws/batch/job")
    stream = container.get("logStreamName")
    return FailedChild(job["jobId"], reason, log_address(group, stream) if stream else "")


def vcpu_hours(jobs: Iterable[JobDescription]) -> float:
    """Add up the vCPU hours of all attempts of jobs or children, from their full descriptions."""
    total = 0.0
    for job in jobs:
        requirements = {entry["type"]: entry["value"] for entry in job["container"].get("resourceRequirements", ())}
        # An attempt whose container never started has no `startedAt`, and costs nothing.
        attempts = [attempt for attempt in job.get("attempts", ()) if {"startedAt", "stoppedAt"} <= attempt.keys()]
        milliseconds = sum(attempt["stoppedAt"] - attempt["startedAt"] for attempt in attempts)
        total += float(requirements.get("VCPU", 1)) * milliseconds / 3_600_000
    return round(total, 6)
