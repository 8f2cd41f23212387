"""Faults of jobs, and the common base of all faults. The faults of requests are in `request_fault`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from standin.batch import attempt_ending
from standin.batch.attempt_ending import Ending
from standin.batch.attempt_id import AttemptId
from standin.batch.retries import matches
from standin.server.api_call import ACCESSES


class FaultInvalid(ValueError):
    """Raised when the description of a fault is wrong. The message says what to change."""


@dataclass(frozen=True)
class Fault:
    """A failure that the stand-in causes on demand."""

    kind: str
    #: How often the fault can fire, that is, cause its failure; None for no limit.
    times: int | None = None

    def __post_init__(self) -> None:
        check(self.times is None or self.times >= 1, "times must be 1 or more.")


@dataclass(frozen=True)
class JobFault(Fault):
    """A fault for the attempts that match `job`, `child` and `attempt`. A field that is None matches everything."""

    #: The name of the job, or its start followed by `*`.
    job: str | None = None
    child: int | None = None
    attempt: int | None = None

    def concerns(self, attempt_id: AttemptId) -> bool:
        """Return whether the fault is for this attempt."""
        return (
            (self.job is None or matches(self.job, attempt_id.job))
            and self.child in (None, attempt_id.child)
            and self.attempt in (None, attempt_id.attempt)
        )


@dataclass(frozen=True)
class Stuck(JobFault):
    """A fault that keeps a job RUNNABLE until the fault is ended."""

    #: The job's `statusReason`. Source: AWS Batch User Guide, "Jobs stuck in RUNNABLE due to capacity".
    reason: str = (
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - "
        "Service cannot fulfill the capacity requested for instance type c7i.xlarge"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check(bool(self.reason), "reason must not be empty: AWS always gives one.")


@dataclass(frozen=True)
class ImagePull(JobFault):
    """A fault that keeps an attempt from starting, because its image cannot be pulled."""


@dataclass(frozen=True)
class Interruption(JobFault):
    """A fault that ends a running attempt, at its start or at a chosen moment."""

    ENDINGS: ClassVar[Mapping[str, Callable[[], Ending]]] = {
        "spot_reclaim": attempt_ending.host_terminated,
        "out_of_memory": lambda: attempt_ending.OUT_OF_MEMORY,
        "timeout": lambda: attempt_ending.TIMED_OUT,
    }
    #: The moment, in seconds after the start of the attempt.
    after_seconds: float | None = None
    #: The moment, as the number of one of the attempt's API calls, from 1. This call is not carried out.
    at_request: int | None = None
    #: Makes `at_request` count only calls with this kind of access to S3.
    access: str | None = None
    #: Seconds from SIGTERM to SIGKILL. If it is 0, no SIGTERM is sent.
    notice_seconds: float = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_request(self.access, self.at_request)
        check(self.access is None or self.at_request is not None, "access needs at_request: the N-th of them.")
        check(None in (self.at_request, self.after_seconds), "at_request and after_seconds exclude each other.")
        check((self.after_seconds or 0) >= 0 and self.notice_seconds >= 0, "Seconds must be 0 or more.")

    def ending(self) -> Ending:
        """Return how the attempt ends."""
        return self.ENDINGS[self.kind]()


def check_request(access: str | None, at_request: int | None) -> None:
    """Check the fields that choose one of many requests.

    Raises:
        FaultInvalid: `access` is unknown, or `at_request` is less than 1.
    """
    check(access is None or access in ACCESSES, f"access must be one of {', '.join(ACCESSES)}.")
    check(at_request is None or at_request >= 1, "at_request must be 1 or more.")


def check(condition: bool, message: str) -> None:
    """Raise an error with `message` unless `condition` is true.

    Raises:
        FaultInvalid: `condition` is false.
    """
    if not condition:
        raise FaultInvalid(message)
