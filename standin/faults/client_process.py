"""The process on this machine at the other end of a connection."""

from __future__ import annotations

import os
import select
import signal
import socket

import psutil  # type: ignore[import-untyped]

#: How long the kernel may take to end a killed process, in seconds.
_GONE_LIMIT = 10.0


class PeerUnknown(Exception):
    """Raised when there is nobody who may be killed at the other end. The text says why."""


def kill(connection: socket.socket) -> None:
    """End the process that opened `connection` with SIGKILL; it is gone when this returns.

    Raises:
        PeerUnknown: no process that can be seen has it open, or one of this process's own group has.
    """
    host, port = connection.getpeername()
    pid = _opener((host, port), connection.getsockname())
    if pid is None:
        raise PeerUnknown(f"No process that can be seen on this machine has {host}:{port} open.")
    if os.getpgid(pid) == os.getpgrp():
        raise PeerUnknown(f"{host}:{port} is process {pid}, which is in the process group of the local AWS itself.")
    process = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(process, signal.SIGKILL)
        select.select([process], [], [], _GONE_LIMIT)  # readable once it is dead, even when nobody collects it
    finally:
        os.close(process)


def _opener(end: tuple[str, int], other_end: tuple[str, int]) -> int | None:
    """Who has the connection open at `end`: of several the oldest, because forked children inherit it."""
    holders = []
    for process in psutil.process_iter():
        try:
            if any((each.laddr, each.raddr) == (end, other_end) for each in process.net_connections("tcp4")):
                holders.append((process.create_time(), process.pid))
        except psutil.Error:  # ended meanwhile, or somebody else's
            continue
    return min(holders)[1] if holders else None
