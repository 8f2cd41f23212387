"""What all faults have in common, and those that jobs meet; `request_faults` has those that requests meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from standin.batch import attempt_ending
from standin.batch.attempt_ending import Ending
from standin.batch.retries import matches
from standin.server.aws_request import ACCESSES


class FaultInvalid(ValueError):
    """Raised when a fault cannot be ordered as it is described. The text says what to change."""


@dataclass(frozen=True)
class Who:
    """The attempt at a job that something happens to or comes from."""

    job: str
    #: The index in the array; a plain job counts as child 0.
    child: int
    #: From 1.
    attempt: int


@dataclass(frozen=True)
class Fault:
    """What all faults have in common."""

    kind: str
    #: How often it fires; nothing: as long as it is there.
    times: int | None = None

    def __post_init__(self) -> None:
        check(self.times is None or self.times >= 1, "times must be 1 or more.")


@dataclass(frozen=True)
class JobFault(Fault):
    """A fault for chosen attempts: every one that matches all of these."""

    #: The name of the job, or its start followed by `*`.
    job: str | None = None
    child: int | None = None
    attempt: int | None = None

    def concerns(self, who: Who) -> bool:
        """Whether `who` is one of those it is for."""
        return (
            (self.job is None or matches(self.job, who.job))
            and self.child in (None, who.child)
            and self.attempt in (None, who.attempt)
        )


@dataclass(frozen=True)
class Stuck(JobFault):
    """The attempt does not start as long as the fault is in force: its job stays RUNNABLE."""

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
    """The attempt does not start: its image cannot be pulled."""


@dataclass(frozen=True)
class Interruption(JobFault):
    """The attempt ends while it runs, at once or at a chosen moment."""

    ENDINGS: ClassVar[Mapping[str, Callable[[], Ending]]] = {
        "spot_reclaim": attempt_ending.host_terminated,
        "out_of_memory": lambda: attempt_ending.OUT_OF_MEMORY,
        "timeout": lambda: attempt_ending.TIMED_OUT,
    }
    #: Seconds since the attempt started running.
    after_seconds: float | None = None
    #: Which of the attempt's S3 requests, from 1; it is not carried out.
    at_request: int | None = None
    #: Counts only requests that need this access.
    access: str | None = None
    #: SIGTERM comes this many seconds before SIGKILL; with 0 there is no SIGTERM.
    notice_seconds: float = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_request(self.access, self.at_request)
        check(self.access is None or self.at_request is not None, "access needs at_request: the N-th of them.")
        check(None in (self.at_request, self.after_seconds), "at_request and after_seconds exclude each other.")
        check((self.after_seconds or 0) >= 0 and self.notice_seconds >= 0, "Seconds must be 0 or more.")

    def ending(self) -> Ending:
        """What becomes of the attempt."""
        return self.ENDINGS[self.kind]()


def check_request(access: str | None, at_request: int | None) -> None:
    """Check what chooses one request of many.

    Raises:
        FaultInvalid: it chooses none.
    """
    check(access is None or access in ACCESSES, f"access must be one of {', '.join(ACCESSES)}.")
    check(at_request is None or at_request >= 1, "at_request must be 1 or more.")


def check(condition: bool, message: str) -> None:
    """Refuse a fault where `condition` does not hold.

    Raises:
        FaultInvalid: with `message`.
    """
    if not condition:
        raise FaultInvalid(message)
