"""How an attempt at a job ended, in the words AWS Batch uses for it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

_EXITED = "Essential container in task exited"
_NOT_STARTED = "Task failed to start"
#: What a shell, Docker and ECS report for a process that SIGKILL ended: 128 + 9.
KILLED = 137


@dataclass(frozen=True)
class Ending:
    """`status_reason` is the job's `statusReason`; `exit_code` and `reason` are its container's."""

    status_reason: str
    exit_code: int | None = None
    reason: str | None = None
    #: Whether it ends the job, whatever the retry strategy says.
    final: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether the job has done its work."""
        return self.exit_code == 0 and not self.final

    def with_exit_code(self, code: int) -> Ending:
        """The same once the process is gone. A lost host or a killed container leaves no other code than its own."""
        return replace(self, exit_code=code) if self.final else self


def exited(code: int) -> Ending:
    """The command came to its end by itself."""
    return Ending(_EXITED, exit_code=code)


#: The kernel ended the container because it used more memory than its limit.
OUT_OF_MEMORY = Ending(_EXITED, KILLED, "OutOfMemoryError: Container killed due to memory usage")
#: AWS does not retry these. Source: AWS Batch User Guide, "Job timeouts".
TIMED_OUT = Ending("Job attempt duration exceeded timeout", final=True)


def host_terminated() -> Ending:
    """The Spot instance under the attempt was taken back."""
    return Ending(f"Host EC2 (instance i-0{secrets.token_hex(8)}) terminated.")


def image_not_pulled(image: str, why: str) -> Ending:
    """There is no image to start."""
    return Ending(_NOT_STARTED, reason=f"CannotPullContainerError: {image}: {why}")


def not_started(why: str) -> Ending:
    """The container engine refused to start the container."""
    return Ending(_NOT_STARTED, reason=f"CannotStartContainerError: {why}")


def terminated(reason: str) -> Ending:
    """Somebody called TerminateJob."""
    return Ending(reason, final=True)
