"""Processes of a stack: started in sessions of their own, ended with everything they started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local.errors import StackError

#: How long processes get to end by themselves, in seconds.
_GRACE = 10.0
_TICK = 0.05


def start(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path, state: Path
) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one, its output in `log`; `end(state)` ends it and all that it started."""
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
    """The process ids of everything that belongs to the stack in `state`.

    Told by the session and by nothing else: Airflow's processes rename themselves, which overwrites the environment
    that /proc shows, and their parents may be gone.
    """
    sessions = _sessions(state)
    return [pid for pid in _pids() if _session(pid) in sessions]


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


def _sessions_file(state: Path) -> Path:
    return state / "sessions"


def _sessions(state: Path) -> set[int]:
    """The sessions that were started for `state` and are still the same ones.

    A number is not given to another process while a session has it; once it is, the leader's start time differs.
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
    """The fields of /proc/PID/stat from the third on (proc(5)), or nothing where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _session(pid: int) -> int | None:
    """The session of a process that still runs; a dead one that its parent has not collected does not count."""
    fields = _stat(pid)
    return int(fields[3]) if fields and fields[0] != "Z" else None


def _started(pid: int) -> int | None:
    """When a process started, in clock ticks since boot."""
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
