"""A run's Batch job as AWS describes it: where it stands, why it failed, what it used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

SUCCEEDED: Final = "SUCCEEDED"
FAILED: Final = "FAILED"
RUNNABLE: Final = "RUNNABLE"
#: In these a machine is at work, or about to be.
BUSY: Final = ("STARTING", "RUNNING")
#: Source: AWS Batch User Guide, "Job states".
STATUSES: Final = ("SUBMITTED", "PENDING", RUNNABLE, *BUSY, SUCCEEDED, FAILED)

#: `JobDetail` of DescribeJobs, or `JobSummary` of ListJobs.
Described = Mapping[str, Any]


@dataclass(frozen=True)
class FailedChild:
    """A child that failed for good."""

    job_id: str
    reason: str
    #: The page that shows its log in CloudWatch; empty where its container never started.
    log: str


@dataclass(frozen=True)
class Job:
    """What `runs/{run}/job.json` holds: the newest job of the run, and what all its jobs used."""

    run: str
    job_id: str
    job_name: str
    #: When it was last looked at for this record.
    status: str = "SUBMITTED"
    #: How many jobs the run has submitted. More than one only after a failure, for what was missing.
    jobs: int = 1
    #: vCPUs times the time they were held, over all attempts of all jobs, in hours.
    vcpu_hours: float = 0.0
    #: Of the newest job.
    failed: tuple[FailedChild, ...] = ()


def name_of(run: str) -> str:
    """The name of a run's jobs; `*` for those of all runs."""
    return f"transcribe-{run}"


def is_over(job: Described) -> bool:
    """Whether nothing of the job will run any more."""
    return job["status"] in (SUCCEEDED, FAILED)


def is_ending(job: Described) -> bool:
    """Whether somebody ended the job; its containers may still be at it."""
    return bool(job.get("isTerminated") or job.get("isCancelled"))


def size(job: Described) -> int:
    """How many children it has; a plain job counts as one."""
    return int(job.get("arrayProperties", {}).get("size", 1))


def standing(job: Described) -> dict[str, int]:
    """How many children are in each status, without those in which none is."""
    summary: Mapping[str, int] = job.get("arrayProperties", {}).get("statusSummary") or {job["status"]: 1}
    return {status: summary[status] for status in STATUSES if summary.get(status)}


def failure(job: Described, address: Callable[[str, str], str]) -> FailedChild:
    """Why a job or child failed, from its full description; `address` makes one of a log group and a stream."""
    container = job.get("container", {})
    exit_code = f"exit code {container['exitCode']}" if "exitCode" in container else ""
    parts = (job.get("statusReason", ""), container.get("reason", ""), exit_code)
    reason = ", ".join(part for part in parts if part) or "no reason given"
    group = container.get("logConfiguration", {}).get("options", {}).get("awslogs-group", "/aws/batch/job")
    stream = container.get("logStreamName")
    return FailedChild(job["jobId"], reason, address(group, stream) if stream else "")


def vcpu_hours(children: Iterable[Described]) -> float:
    """What jobs or children used in all their attempts, from their full descriptions."""
    total = 0.0
    for child in children:
        needs = {each["type"]: each["value"] for each in child["container"].get("resourceRequirements", ())}
        attempts = [each for each in child.get("attempts", ()) if {"startedAt", "stoppedAt"} <= each.keys()]
        held = sum(each["stoppedAt"] - each["startedAt"] for each in attempts)
        total += float(needs.get("VCPU", 1)) * held / 3_600_000
    return round(total, 6)
