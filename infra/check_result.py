"""The result of one check of the preflight or of the smoke test."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """What a check found. Only `FAILED` stops `make deploy`."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "FAILED"
    #: AWS did not answer the check's calls, for example because the credentials do not allow them.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Result:
    """The result of one check."""

    #: The name of the check.
    check: str
    state: State
    #: What was found.
    text: str
    #: What to do about it. Empty if nothing has to be done.
    advice: str = ""


def ok(check: str, text: str) -> Result:
    """Return a result that needs no action."""
    return Result(check, State.OK, text)


def failed(check: str, text: str, advice: str) -> Result:
    """Return a result that stops the deployment."""
    return Result(check, State.FAILED, text, advice)


def print_result(result: Result) -> None:
    """Print a result on a line, and its advice on the next."""
    print(f"{result.state.value:8} {result.check}: {result.text}", flush=True)
    if result.advice:
        print(f"{'':8} {result.advice}", flush=True)
