"""The command behind `make rehearsal`: `python -m rehearsal`."""

from __future__ import annotations

import fcntl
import sys

from rich.console import Console

from local.command_line import run_command
from local.errors import StackError
from local.paths import LOCAL
from rehearsal.rehearse import rehearse

STATE = LOCAL / "rehearsal"


def rehearsal(console: Console) -> None:
    """Deploy to the local AWS with the real CDK, transcribe there, update the deployment, and destroy it.

    Raises:
        StackError: Another rehearsal runs in this clone, or a step failed.
    """
    with STATE.with_suffix(".lock").open("w") as lock:
        try:
            # The kernel releases the lock when this process ends, even if it is killed.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(
                "A rehearsal is running in this clone already. Wait for its end, or use another clone."
            ) from None
        rehearse(STATE, console)


if __name__ == "__main__":
    sys.exit(run_command(rehearsal))
