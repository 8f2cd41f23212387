"""The init process of an attempt: it runs a command, and at the end it kills every process below itself.

    python init.py CLEANUP COMMAND...

The init process runs COMMAND, forwards SIGTERM to COMMAND, and ends with the exit code of COMMAND. It kills all
processes that are left when COMMAND ends or when standard input is closed. The server holds the other end of standard
input. The server closes that end to kill an attempt. The kernel closes it when the server dies, even by SIGKILL.

CLEANUP is a command as a JSON list. If it is not empty, COMMAND is the client of a container engine. Then the init
process kills only the client, because the engine's helper processes may serve other containers, too. After a kill,
CLEANUP removes the container.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import sys
from collections.abc import Iterator
from types import FrameType

#: From linux/prctl.h. Orphans below this process become its children, so that none can escape by forking twice.
_PR_SET_CHILD_SUBREAPER = 36
_STDIN = 0
#: The exit code that shells report for a command that does not exist.
_NOT_FOUND = 127


def main() -> int:
    """Run the command that the command line names.

    Returns:
        The exit code of the command, or 128 + n if signal n ended it.
    """
    cleanup, command = json.loads(sys.argv[1]), sys.argv[2:]
    if not cleanup:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # Until the command runs, SIGTERM would end this process alone.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        child = os.posix_spawnp(
            command[0],
            command,
            os.environ,
            file_actions=[(os.POSIX_SPAWN_OPEN, _STDIN, "/dev/null", os.O_RDONLY, 0)],
            setsid=True,
            setsigmask=[],
        )
    except OSError as error:
        print(f"exec: {command[0]!r}: {error.strerror}", flush=True)
        return _NOT_FOUND

    def forward(number: int, _frame: FrameType | None) -> None:
        os.kill(child, number)

    signal.signal(signal.SIGTERM, forward)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    ended = os.pidfd_open(child)
    killed = ended not in select.select([_STDIN, ended], [], [])[0]
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    code = _end_everything(child)
    if cleanup and killed:
        import subprocess  # noqa: PLC0415  (the import takes as long as everything else together)

        subprocess.run(cleanup, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return code if code >= 0 else 128 - code


def _end_everything(child: int) -> int:
    """Kill and reap all processes below this process.

    Returns:
        The exit code of `child`, or -n if signal n ended it.
    """
    code = 0
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:  # at least one child is alive
                for child_pid in _children():
                    os.kill(child_pid, signal.SIGKILL)
                pid, status = os.waitpid(-1, 0)
        except ChildProcessError:
            return code
        if pid == child:
            code = os.waitstatus_to_exitcode(status)


def _children() -> Iterator[int]:
    """Yield the ids of this process's children, zombies included.

    The kernel does not reuse these ids until this process reaps the children.
    """
    for entry in os.listdir("/proc"):  # noqa: PTH208  (importing pathlib takes as long as everything else together)
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
                    parent = file.read().rpartition(")")[2].split()[1]
            except OSError:  # the process has ended meanwhile
                continue
            if int(parent) == os.getpid():
                yield int(entry)


if __name__ == "__main__":
    sys.exit(main())
