"""Jobs of AWS Batch: single jobs, arrays, and the children of arrays."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from standin.batch.attempt_ending import Ending
from standin.batch.attempt_id import AttemptId
from standin.batch.submission import Submission


class Status(StrEnum):
    """The statuses of a job, in the order in which a job passes through them."""

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
    """Return the current time in milliseconds since 1970, the unit of AWS Batch."""
    return int(time.time() * 1000)


@dataclass
class AttemptRecord:
    """One attempt, as DescribeJobs describes it."""

    task_arn: str
    log_stream: str
    #: In milliseconds since 1970, like all times here; None if the container did not start.
    started_at: int | None = None
    stopped_at: int | None = None
    #: None while the attempt is running.
    ending: Ending | None = None


@dataclass(eq=False)
class Job:
    """A job that runs a command: a single job, or a child of an array."""

    submission: Submission
    job_id: str
    arn: str
    #: The parent of a child; None for a single job.
    array: Array | None = None
    #: The index of a child in its array.
    index: int | None = None
    status: Status = Status.SUBMITTED
    status_reason: str | None = None
    created_at: int = field(default_factory=now)
    started_at: int | None = None
    stopped_at: int | None = None
    attempts: list[AttemptRecord] = field(default_factory=list)
    is_cancelled: bool = False
    is_terminated: bool = False
    #: The reason given to CancelJob or TerminateJob.
    end_reason: str | None = None
    #: Whether a fault keeps the job from starting, even if enough vCPUs are free.
    held: bool = False

    def next_attempt(self) -> AttemptId:
        """Return the identity of the next attempt."""
        return AttemptId(self.submission.name, self.index or 0, len(self.attempts) + 1)

    def hold(self, reason: str) -> None:
        """Keep a RUNNABLE job from starting. `reason` becomes its status reason."""
        self.held, self.status_reason = True, reason

    def release(self) -> None:
        """Let the job start, and remove its status reason, if `hold` has kept it from starting."""
        if self.held:
            self.held, self.status_reason = False, None

    def enter(self, status: Status, reason: str | None = None) -> None:
        """Change the status of the job and its reason. Update the counts of its array. A held job is released."""
        previous, self.status, self.status_reason, self.held = self.status, status, reason, False
        if status in FINISHED:
            self.stopped_at = now()
        if self.array:
            self.array.count_change(previous, status)


@dataclass(eq=False)
class Array:
    """The parent of an array job. It runs no command. Its status follows from the statuses of its children."""

    submission: Submission
    job_id: str
    arn: str
    children: list[Job] = field(default_factory=list)
    #: How many children have each status.
    summary: Counter[Status] = field(default_factory=Counter)
    is_cancelled: bool = False
    is_terminated: bool = False
    #: The reason given to CancelJob or TerminateJob.
    end_reason: str | None = None
    created_at: int = field(default_factory=now)
    stopped_at: int | None = None

    def count_change(self, previous: Status, status: Status) -> None:
        """Update the counts for a child whose status changed from `previous` to `status`."""
        self.summary[previous] -= 1
        self.summary[status] += 1
        if self.status in FINISHED:
            self.stopped_at = now()

    @property
    def status(self) -> Status:
        """The status that AWS gives an array.

        It is SUBMITTED until the first child leaves that status, and PENDING until all children have finished. Then it
        is FAILED if any child failed, and otherwise SUCCEEDED.
        """
        if self.summary[Status.SUBMITTED] == len(self.children):
            return Status.SUBMITTED
        if self.summary[Status.SUCCEEDED] + self.summary[Status.FAILED] < len(self.children):
            return Status.PENDING
        return Status.FAILED if self.summary[Status.FAILED] else Status.SUCCEEDED

    @property
    def status_reason(self) -> str | None:
        """The reason for which the array failed; None if it did not fail."""
        if self.status is not Status.FAILED:
            return None
        return self.end_reason or "Array Child Job failed"


AnyJob = Job | Array
