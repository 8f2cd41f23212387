"""Jobs of AWS Batch: single ones, children of an array, and arrays, with the status that each has."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from moto.batch.models import JobDefinition, JobQueue

from standin.batch.attempt_ending import Ending
from standin.batch.attempt_id import AttemptId
from standin.batch.retries import RetryStrategy


class Status(StrEnum):
    """The states of a job, in order."""

    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    RUNNABLE = "RUNNABLE"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


WAITING = frozenset({Status.SUBMITTED, Status.PENDING, Status.RUNNABLE})
FINISHED = frozenset({Status.SUCCEEDED, Status.FAILED})


def now() -> int:
    """The time as AWS Batch tells it: milliseconds since 1970."""
    return int(time.time() * 1000)


@dataclass(frozen=True)
class Submission:
    """What SubmitJob asked for, with everything that the job definition adds. Shared by all children of an array."""

    name: str
    queue: JobQueue
    definition: JobDefinition
    #: `containerProperties` with the overrides.
    container: Mapping[str, Any]
    #: The container's command, its parameters filled in.
    command: tuple[str, ...]
    parameters: Mapping[str, str]
    vcpus: float
    #: In MiB.
    memory: int
    retry: RetryStrategy
    #: `retryStrategy` and `timeout` as DescribeJobs returns them.
    described: Mapping[str, Any]
    #: In seconds, of each attempt.
    timeout: float | None
    tags: Mapping[str, str]


@dataclass
class AttemptRecord:
    """One attempt, as DescribeJobs tells of it."""

    task_arn: str
    log_stream: str
    #: Nothing where the container never started.
    started_at: int | None = None
    stopped_at: int | None = None
    ending: Ending | None = None


@dataclass(eq=False)
class Job:
    """A job that runs: a single one, or a child of an array."""

    submission: Submission
    job_id: str
    arn: str
    array: Array | None = None
    index: int | None = None
    status: Status = Status.SUBMITTED
    status_reason: str | None = None
    created_at: int = field(default_factory=now)
    started_at: int | None = None
    stopped_at: int | None = None
    attempts: list[AttemptRecord] = field(default_factory=list)
    is_cancelled: bool = False
    is_terminated: bool = False
    #: What CancelJob or TerminateJob gave as a reason.
    ended_because: str | None = None
    #: Whether something keeps it from starting, although it is its turn.
    held: bool = False

    def next_attempt(self) -> AttemptId:
        """The attempt that would be made now."""
        return AttemptId(self.submission.name, self.index or 0, len(self.attempts) + 1)

    def hold(self, reason: str) -> None:
        """Keep a RUNNABLE job from starting."""
        self.held, self.status_reason = True, reason

    def release(self) -> None:
        """Let a job start that was kept from it."""
        if self.held:
            self.held, self.status_reason = False, None

    def enter(self, status: Status, reason: str | None = None) -> None:
        """Move on to `status`; the array that the job belongs to takes notice."""
        previous, self.status, self.status_reason, self.held = self.status, status, reason, False
        if status in FINISHED:
            self.stopped_at = now()
        if self.array:
            self.array.child_moved(previous, status)


@dataclass(eq=False)
class Array:
    """The parent of an array job. It does nothing itself; its status follows from its children's."""

    submission: Submission
    job_id: str
    arn: str
    children: list[Job] = field(default_factory=list)
    summary: Counter[Status] = field(default_factory=Counter)
    is_cancelled: bool = False
    is_terminated: bool = False
    #: What CancelJob or TerminateJob gave as a reason.
    ended_because: str | None = None
    created_at: int = field(default_factory=now)
    stopped_at: int | None = None

    def child_moved(self, previous: Status, status: Status) -> None:
        """Count a child that changed from `previous` to `status`."""
        self.summary[previous] -= 1
        self.summary[status] += 1
        if self.status in FINISHED:
            self.stopped_at = now()

    @property
    def status(self) -> Status:
        """PENDING while children run, as AWS keeps it; then FAILED where one of them is."""
        if self.summary[Status.SUBMITTED] == len(self.children):
            return Status.SUBMITTED
        if self.summary[Status.SUCCEEDED] + self.summary[Status.FAILED] < len(self.children):
            return Status.PENDING
        return Status.FAILED if self.summary[Status.FAILED] else Status.SUCCEEDED

    @property
    def status_reason(self) -> str | None:
        """Why it failed."""
        if self.status is not Status.FAILED:
            return None
        return self.ended_because or "Array Child Job failed"


AnyJob = Job | Array
