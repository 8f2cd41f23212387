"""The status, the failures and the machine time of a job, read from Batch's descriptions."""

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

#: A job or child as Batch describes it: `JobDetail` of DescribeJobs, or the shorter `JobSummary` of ListJobs.
JobDescription = Mapping[str, Any]


def job_name(run: str) -> str:
    """Return the name of all Batch jobs of a run. If `run` is `*`, return the pattern for the jobs of all runs."""
    return f"transcribe-{run}"


def run_of(name: str) -> str:
    """Return the name of the run whose jobs have this name."""
    return name.removeprefix(job_name(""))


def definition_name(definition: str) -> str:
    """Return the name of a job definition, given by its name or ARN, without its revision."""
    return definition.rpartition("/")[2].partition(":")[0]


def is_over(job: JobDescription) -> bool:
    """Return whether the job has ended: it has succeeded or failed."""
    return job["status"] in (JOB_SUCCEEDED, JOB_FAILED)


def is_ending(job: JobDescription) -> bool:
    """Return whether the job was terminated or cancelled. Its containers may still run for a moment."""
    return bool(job.get("isTerminated") or job.get("isCancelled"))


def draft(job: JobDescription) -> str:
    """Return the name of the job's shard set, or an empty text if Batch does not name the parameters of the job."""
    return str(job.get("parameters", {}).get("draft", ""))


def child_count(job: JobDescription) -> int:
    """Return the number of children of an array job, or 1 for a plain job."""
    return int(job.get("arrayProperties", {}).get("size", 1))


def count_children_by_status(job: JobDescription) -> dict[str, int]:
    """Return the number of children in each status, in the order of a job's life. Leave out statuses with no child."""
    summary: Mapping[str, int] = job.get("arrayProperties", {}).get("statusSummary") or {job["status"]: 1}
    return {status: summary[status] for status in JOB_STATUSES if summary.get(status)}


def failed_child(job: JobDescription, log_address: Callable[[str, str], str]) -> FailedChild:
    """Return the record of a failed child, or of a failed plain job, with the reason.

    Args:
        job: the description of the child or plain job, from DescribeJobs.
        log_address: a function that returns the address of a log, given the names of its log group and log stream.
    """
    container = job.get("container", {})
    exit_code = f"exit code {container['exitCode']}" if "exitCode" in container else ""
    parts = (job.get("statusReason", ""), container.get("reason", ""), exit_code)
    reason = ", ".join(part for part in parts if part) or "no reason given"
    group = container.get("logConfiguration", {}).get("options", {}).get("awslogs-group", "/aws/batch/job")
    stream = container.get("logStreamName")
    return FailedChild(job["jobId"], reason, log_address(group, stream) if stream else "")


def vcpu_hours(jobs: Iterable[JobDescription]) -> float:
    """Return the sum of the vCPU hours of all attempts of jobs or children.

    Args:
        jobs: the descriptions of the jobs or children, from DescribeJobs. ListJobs does not return attempts.
    """
    total = 0.0
    for job in jobs:
        requirements = {entry["type"]: entry["value"] for entry in job["container"].get("resourceRequirements", ())}
        # An attempt whose container never started has no `startedAt`, and costs nothing.
        attempts = [attempt for attempt in job.get("attempts", ()) if {"startedAt", "stoppedAt"} <= attempt.keys()]
        milliseconds = sum(attempt["stoppedAt"] - attempt["startedAt"] for attempt in attempts)
        total += float(requirements.get("VCPU", 1)) * milliseconds / 3_600_000
    return round(total, 6)
