"""The faults that callers of the APIs meet."""

from __future__ import annotations

from dataclasses import dataclass

from standin.batch.retries import matches
from standin.faults.faults import Fault, JobFault, Who, check, check_request
from standin.server.aws_request import ACCESSES, Call

#: Who a fault without a chosen job is for.
CALLERS = ("all", "jobs", "others")


@dataclass(frozen=True)
class Throttle(Fault):
    """The next calls of one Batch action are answered with TooManyRequestsException."""

    action: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check(bool(self.action), "action is missing: the Batch action to throttle, such as SubmitJob.")

    def delays(self, call: Call) -> bool:
        """Whether `call` is one of those."""
        return call.service == "batch" and call.action == self.action


@dataclass(frozen=True)
class CallerFault(JobFault):
    """A fault for requests of chosen callers."""

    callers: str = "all"

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self.callers in CALLERS, f"callers must be one of {', '.join(CALLERS)}.")
        check(not (self._chosen and self.callers == "others"), "callers 'others' and a chosen job exclude each other.")

    @property
    def _chosen(self) -> bool:
        return (self.job, self.child, self.attempt) != (None, None, None)

    def meets(self, who: Who | None) -> bool:
        """Whether `who` (nobody: a caller that is not a job) is one of them."""
        if who is None:
            return self.callers != "jobs" and not self._chosen
        return self.callers != "others" and self.concerns(who)


@dataclass(frozen=True)
class Deny(CallerFault):
    """S3 answers AccessDenied."""

    #: The accesses denied; none: all of them.
    methods: tuple[str, ...] = ()
    #: The start of the keys concerned, without the bucket.
    prefix: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check(all(each in ACCESSES for each in self.methods), f"methods must be some of {', '.join(ACCESSES)}.")

    def refuses(self, who: Who | None, access: str, key: str) -> bool:
        """Whether `who` (nobody: a caller that is not a job) may not do this."""
        return (not self.methods or access in self.methods) and key.startswith(self.prefix) and self.meets(who)


@dataclass(frozen=True)
class LoseAnswer(CallerFault):
    """A request is carried out, and its connection ends without an answer."""

    #: As `/_calls` names it, or its start followed by `*`.
    action: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check(bool(self.action), "action is missing: as /_calls names it, such as SubmitJob, 'PUT runs/' or 'PUT *'.")

    def loses(self, who: Who | None, call: Call) -> bool:
        """Whether `call` of `who` (nobody: a caller that is not a job) is one of those."""
        return matches(self.action, call.action) and self.meets(who)


@dataclass(frozen=True)
class Kill(Fault):
    """The process that sends the chosen request is killed; only a process that is no job."""

    #: Which of the requests that match all of the others, from 1, counted since the fault was ordered.
    at_request: int = 1
    #: Counts only requests that need this access to S3.
    access: str | None = None
    #: Counts only these: as `/_calls` names them, or the start followed by `*`.
    action: str | None = None
    #: Whether the request is carried out.
    after: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_request(self.access, self.at_request)
        check(self.times in (None, 1), "kill has no times: it fires once, at request number at_request; order several.")

    def counts(self, who: Who | None, call: Call) -> bool:
        """Whether `call` of `who` (nobody: a caller that is not a job) is one of those."""
        return (
            who is None
            and (self.access is None or any(access.kind == self.access for access in call.accesses))
            and (self.action is None or matches(self.action, call.action))
        )
