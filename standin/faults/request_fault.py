"""The faults of requests to AWS."""

from __future__ import annotations

from dataclasses import dataclass

from standin.batch.attempt_id import AttemptId
from standin.batch.retries import matches
from standin.faults.fault import Fault, JobFault, check, check_request
from standin.server.api_call import ACCESSES, ApiCall

#: The values of `CallerFault.callers`: all senders, attempts at jobs, or senders that are no attempt.
CALLERS = ("all", "jobs", "others")


@dataclass(frozen=True)
class Throttle(Fault):
    """A fault that answers calls of one Batch action with TooManyRequestsException."""

    action: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check(bool(self.action), "action is missing: the Batch action to throttle, such as SubmitJob.")

    def concerns_call(self, call: ApiCall) -> bool:
        """Return whether the fault is for this call."""
        return call.service == "batch" and call.action == self.action


@dataclass(frozen=True)
class CallerFault(JobFault):
    """A fault for requests of chosen senders. A sender is an attempt, or None for every program that is no job."""

    callers: str = "all"

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self.callers in CALLERS, f"callers must be one of {', '.join(CALLERS)}.")
        check(
            not (self._chooses_a_job and self.callers == "others"),
            "callers 'others' and a chosen job exclude each other.",
        )

    @property
    def _chooses_a_job(self) -> bool:
        return (self.job, self.child, self.attempt) != (None, None, None)

    def concerns_sender(self, sender: AttemptId | None) -> bool:
        """Return whether the fault is for this sender."""
        if sender is None:
            return self.callers != "jobs" and not self._chooses_a_job
        return self.callers != "others" and self.concerns(sender)


@dataclass(frozen=True)
class Deny(CallerFault):
    """A fault that answers requests to S3 with AccessDenied."""

    #: The kinds of access that are denied. If it is empty, all kinds are denied.
    methods: tuple[str, ...] = ()
    #: The fault denies access only to keys that start with this prefix.
    prefix: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check(all(method in ACCESSES for method in self.methods), f"methods must be some of {', '.join(ACCESSES)}.")

    def refuses(self, sender: AttemptId | None, access: str, key: str) -> bool:
        """Return whether the fault denies this sender this kind of access to this key."""
        return (
            (not self.methods or access in self.methods)
            and key.startswith(self.prefix)
            and self.concerns_sender(sender)
        )


@dataclass(frozen=True)
class LoseAnswer(CallerFault):
    """A fault that carries out a request and then closes the connection without a response."""

    #: The action as `/_calls` names it, or its start followed by `*`.
    action: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check(bool(self.action), "action is missing: as /_calls names it, such as SubmitJob, 'PUT runs/' or 'PUT *'.")

    def concerns_call(self, sender: AttemptId | None, call: ApiCall) -> bool:
        """Return whether the fault is for this call of this sender."""
        return matches(self.action, call.action) and self.concerns_sender(sender)


@dataclass(frozen=True)
class Kill(Fault):
    """A fault that kills the process that sends the chosen request. It never kills a job."""

    #: The number of the chosen request, from 1. Only requests after the order that match `access` and `action` count.
    at_request: int = 1
    #: Counts only requests with this kind of access to S3.
    access: str | None = None
    #: Counts only requests with this action: as `/_calls` names it, or its start followed by `*`.
    action: str | None = None
    #: Whether the request is carried out before the process is killed; otherwise it is not carried out.
    after: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_request(self.access, self.at_request)
        check(self.times in (None, 1), "kill has no times: it fires once, at request number at_request; order several.")

    def counts(self, sender: AttemptId | None, call: ApiCall) -> bool:
        """Return whether `at_request` counts this call of this sender."""
        return (
            sender is None
            and (self.access is None or any(access.kind == self.access for access in call.accesses))
            and (self.action is None or matches(self.action, call.action))
        )
