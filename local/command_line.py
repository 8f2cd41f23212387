"""The frame of a command for a person at a terminal: errors, signals and the exit code."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

from rich.console import Console

from local.aws_client import isolate
from local.errors import StackError


def run_command(command: Callable[[Console], None]) -> int:
    """Run `command` without access to a real AWS account, and print a `StackError` without a traceback.

    SIGTERM and SIGHUP end the command like Ctrl-C, so that the command stops what it started.

    Returns:
        The exit code: 0, 1 after a `StackError`, or 130 if the command was interrupted.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    isolate()
    console = Console(highlight=False)
    try:
        command(console)
    except StackError as error:
        console.print(f"Error: {error}", style="red", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
