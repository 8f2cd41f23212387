"""Processes of a stack: started in sessions of their own, ended with everything they started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from local.errors import StackError

#: Every process of a stack carries this variable with the stack's folder, and so does whatever it starts.
MARKER = "TRANSCRIPTION_STACK"
#: How long processes get to end by themselves, in seconds.
_GRACE = 10.0
_TICK = 0.05


def start(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path, state: Path
) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one, its output in `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            env={**env, MARKER: str(state)},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until(ready: Callable[[], bool], what: str, process: subprocess.Popen[bytes], log: Path, limit: float) -> None:
    """Wait for `ready`, while `process` lives, at most `limit` seconds.

    Raises:
        StackError: it ended or did not become ready; the message holds the end of its log.
    """
    deadline = time.monotonic() + limit
    while not ready():
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
            state = f"ended with exit code {process.returncode}" if ended else f"is not ready after {limit:.0f} s"
            raise StackError(f"{what} {state}. The end of {log}:\n{tail}")
        time.sleep(_TICK)


def running(state: Path) -> list[int]:
    """The process ids of everything that belongs to the stack in `state`."""
    wanted = f"{MARKER}={state}".encode()
    return [pid for pid, environment in _environments() if wanted in environment]


def _environments() -> Iterator[tuple[int, list[bytes]]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                yield int(entry.name), (entry / "environ").read_bytes().split(b"\0")
            except OSError:  # ended meanwhile, or another user's
                continue


def end(state: Path) -> None:
    """End everything that belongs to the stack in `state`: first kindly, then not."""
    deadline = time.monotonic() + _GRACE
    _signal(running(state), signal.SIGTERM)
    while (left := running(state)) and time.monotonic() < deadline:
        time.sleep(_TICK)
    while left:
        _signal(left, signal.SIGKILL)
        time.sleep(_TICK)
        left = running(state)


def _signal(pids: Sequence[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
