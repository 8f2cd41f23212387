"""The processes of a stack and all their child processes: start and end. Each starts in its own Unix session."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local.errors import StackError

#: How long processes have after SIGTERM before they are killed, in seconds.
_GRACE = 10.0
_TICK = 0.05


def start(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path, state: Path
) -> subprocess.Popen[bytes]:
    """Start a process that may outlive this one, and return it.

    Args:
        command: The program and its arguments.
        env: All environment variables of the process.
        cwd: The working directory of the process.
        log: The file for the output of the process.
        state: The folder of the stack that the process belongs to. `end(state)` stops the process and all its child
            processes.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with _sessions_file(state).open("a") as sessions:
        print(process.pid, _started(process.pid), _boot(), file=sessions)
    return process


def wait_until(ready: Callable[[], bool], what: str, process: subprocess.Popen[bytes], log: Path, limit: float) -> None:
    """Wait until `ready()` is true, for at most `limit` seconds.

    Args:
        ready: Returns whether the process is ready.
        what: The name of the process in the message of an error.
        process: The process.
        log: The file with the output of the process.
        limit: How long to wait, in seconds.

    Raises:
        StackError: `process` ended, or was not ready in time. The message contains the end of `log`.
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
    """Return the ids of all processes that belong to the stack in the folder `state`.

    A process belongs to the stack if it is in one of the stack's Unix sessions. There is no other reliable sign:
    Airflow's processes rename themselves, which overwrites the environment that /proc shows, and their parents may have
    ended.
    """
    sessions = _sessions(state)
    return [pid for pid in _pids() if _session(pid) in sessions]


def end(state: Path) -> None:
    """Stop all processes of the stack in `state`: with SIGTERM, and after ten seconds with SIGKILL."""
    deadline = time.monotonic() + _GRACE
    _signal(running(state), signal.SIGTERM)
    while (left := running(state)) and time.monotonic() < deadline:
        time.sleep(_TICK)
    while left:
        _signal(left, signal.SIGKILL)
        time.sleep(_TICK)
        left = running(state)


def _sessions_file(state: Path) -> Path:
    return state / "sessions"


def _sessions(state: Path) -> set[int]:
    """Return the ids of the Unix sessions that were started for `state` and still exist.

    The kernel may reuse an id after the end of the session. Then the process with this id has another start time.
    """
    try:
        lines = _sessions_file(state).read_text().splitlines()
    except FileNotFoundError:
        return set()
    recorded = [(int(pid), int(started), boot) for pid, started, boot in map(str.split, lines)]
    return {pid for pid, started, boot in recorded if boot == _boot() and _started(pid) in (started, None)}


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str] | None:
    """Return the fields of /proc/PID/stat from the third on, or `None` if there is no such process. Source: proc(5)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _session(pid: int) -> int | None:
    """Return the Unix session of a running process, or `None` if the process has ended (a zombie has ended, too)."""
    fields = _stat(pid)
    return int(fields[3]) if fields and fields[0] != "Z" else None


def _started(pid: int) -> int | None:
    """Return the start time of a process in clock ticks since boot, or `None` if there is no such process."""
    fields = _stat(pid)
    return int(fields[19]) if fields else None


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _signal(pids: Sequence[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
