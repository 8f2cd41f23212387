"""How an attempt at a job ended, in the terms of AWS Batch."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

_EXITED = "Essential container in task exited"
_NOT_STARTED = "Task failed to start"
#: The exit code that shells, Docker and ECS report for a process that SIGKILL ended: 128 + 9.
KILLED = 137


@dataclass(frozen=True)
class Ending:
    """How an attempt ended: the job's `statusReason`, and the `exitCode` and `reason` of its container."""

    status_reason: str
    exit_code: int | None = None
    reason: str | None = None
    #: Whether the job fails after this attempt, even if its retry strategy allows more attempts.
    final: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether the job has succeeded."""
        return self.exit_code == 0 and not self.final

    def with_exit_code(self, code: int) -> Ending:
        """Return this ending with the exit code of the process if the ending is final; otherwise return it unchanged.

        An ending that is not final has an exit code of its own, or none.
        """
        return replace(self, exit_code=code) if self.final else self


def exited(code: int) -> Ending:
    """Return the ending of an attempt whose command ended by itself with the exit code `code`."""
    return Ending(_EXITED, exit_code=code)


#: The kernel killed the container, because it used more memory than its limit.
OUT_OF_MEMORY = Ending(_EXITED, KILLED, "OutOfMemoryError: Container killed due to memory usage")
#: The attempt took longer than the job's timeout. Batch does not retry such a job.
#: Source: AWS Batch User Guide, "Job timeouts".
TIMED_OUT = Ending("Job attempt duration exceeded timeout", final=True)


def host_terminated() -> Ending:
    """Return the ending of an attempt whose Spot instance AWS took back."""
    return Ending(f"Host EC2 (instance i-0{secrets.token_hex(8)}) terminated.")


def image_not_pulled(image: str, error: str) -> Ending:
    """Return the ending of an attempt whose image could not be pulled, because of `error`."""
    return Ending(_NOT_STARTED, reason=f"CannotPullContainerError: {image}: {error}")


def not_started(error: str) -> Ending:
    """Return the ending of an attempt whose container could not be started, because of `error`."""
    return Ending(_NOT_STARTED, reason=f"CannotStartContainerError: {error}")


def terminated(reason: str) -> Ending:
    """Return the ending of an attempt whose job was ended by TerminateJob with `reason`."""
    return Ending(reason, final=True)
