"""The faults that tests order at `/_faults`: what goes wrong, for whom and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from local.aws import endings
from local.aws.endings import Ending
from local.aws.retries import matches

#: What an S3 request needs: reading an object (GET, HEAD, the source of a copy), writing one (PUT, POST, the target
#: of a copy), deleting, listing. The same split as S3's permissions.
ACCESSES = ("GET", "PUT", "DELETE", "LIST")
#: Who a `deny` without a job is for.
CALLERS = ("all", "jobs", "others")


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
        _check(self.times is None or self.times >= 1, "times must be 1 or more.")


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
class ImagePull(JobFault):
    """The attempt does not start: its image cannot be pulled."""


@dataclass(frozen=True)
class Interruption(JobFault):
    """The attempt ends while it runs, at once or at a chosen moment."""

    ENDINGS: ClassVar[Mapping[str, Callable[[], Ending]]] = {
        "spot_reclaim": endings.host_terminated,
        "out_of_memory": lambda: endings.OUT_OF_MEMORY,
        "timeout": lambda: endings.TIMED_OUT,
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
        _check(self.access is None or self.access in ACCESSES, f"access must be one of {', '.join(ACCESSES)}.")
        _check(self.access is None or self.at_request is not None, "access needs at_request: the N-th of them.")
        _check(None in (self.at_request, self.after_seconds), "at_request and after_seconds exclude each other.")
        _check(self.at_request is None or self.at_request >= 1, "at_request must be 1 or more.")
        _check((self.after_seconds or 0) >= 0 and self.notice_seconds >= 0, "Seconds must be 0 or more.")

    def ending(self) -> Ending:
        """What becomes of the attempt."""
        return self.ENDINGS[self.kind]()


@dataclass(frozen=True)
class Throttle(Fault):
    """The next calls of one Batch action are answered with TooManyRequestsException."""

    action: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(bool(self.action), "action is missing: the Batch action to throttle, such as SubmitJob.")


@dataclass(frozen=True)
class Deny(JobFault):
    """S3 answers AccessDenied."""

    #: The accesses denied; none: all of them.
    methods: tuple[str, ...] = ()
    #: The start of the keys concerned, without the bucket.
    prefix: str = ""
    callers: str = "all"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(all(each in ACCESSES for each in self.methods), f"methods must be some of {', '.join(ACCESSES)}.")
        _check(self.callers in CALLERS, f"callers must be one of {', '.join(CALLERS)}.")
        _check(not (self._chosen and self.callers == "others"), "callers 'others' and a chosen job exclude each other.")

    @property
    def _chosen(self) -> bool:
        return (self.job, self.child, self.attempt) != (None, None, None)

    def refuses(self, who: Who | None, access: str, key: str) -> bool:
        """Whether `who` (nobody: a caller that is not a job) may not do this."""
        if (self.methods and access not in self.methods) or not key.startswith(self.prefix):
            return False
        if who is None:
            return self.callers != "jobs" and not self._chosen
        return self.callers != "others" and self.concerns(who)


KINDS: Mapping[str, type[Fault]] = {
    **dict.fromkeys(Interruption.ENDINGS, Interruption),
    "image_pull": ImagePull,
    "throttle": Throttle,
    "deny": Deny,
}
_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "str | None": (str,),
    "int | None": (int,),
    "float": (int, float),
    "float | None": (int, float),
    "tuple[str, ...]": (list,),
}


def parse(document: Any) -> Fault:
    """A fault as JSON describes it.

    Raises:
        FaultInvalid: it is not one.
    """
    _check(isinstance(document, dict), "A fault is a JSON object.")
    kind = document.get("kind")
    _check(kind in KINDS, f"kind {kind!r} is not one of {', '.join(KINDS)}.")
    known = {field.name: str(field.type) for field in fields(KINDS[kind])}
    for name, value in document.items():
        _check(name in known, f"{kind} has no {name!r}; it has {', '.join(known)}.")
        fits = isinstance(value, _TYPES[known[name]]) and not isinstance(value, bool)
        _check(fits, f"{name} must be of type {known[name].removesuffix(' | None')}, not {value!r}.")
    arguments: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
    }
    return KINDS[kind](**arguments)


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise FaultInvalid(message)
