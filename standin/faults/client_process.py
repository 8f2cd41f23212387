"""The client process of a connection, and how to kill it."""

from __future__ import annotations

import os
import select
import signal
import socket

import psutil  # type: ignore[import-untyped]

#: Seconds that the kernel may take to end a killed process.
_GONE_LIMIT_SECONDS = 10.0


class ClientUnknown(Exception):
    """Raised when a connection has no client process that may be killed. The text says why."""


def kill(connection: socket.socket) -> None:
    """Send SIGKILL to the process that opened `connection`, and wait until it is gone.

    Raises:
        ClientUnknown: no visible process holds the connection, or one of this process's own group does.
    """
    host, port = connection.getpeername()
    pid = _find_opener((host, port), connection.getsockname())
    if pid is None:
        raise ClientUnknown(f"No visible process on this machine has {host}:{port} open.")
    if os.getpgid(pid) == os.getpgrp():
        raise ClientUnknown(f"{host}:{port} belongs to process {pid}, which is in the process group of the stand-in.")
    process = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(process, signal.SIGKILL)
        # Readable once the process is dead, even if nobody reaps it.
        select.select([process], [], [], _GONE_LIMIT_SECONDS)
    finally:
        os.close(process)


def _find_opener(client: tuple[str, int], server: tuple[str, int]) -> int | None:
    """Find the process that holds the client's end of a connection.

    Forked children inherit connections, so the oldest of several processes has opened it.
    """
    holders = []
    for process in psutil.process_iter():
        try:
            connections = process.net_connections("tcp4")
            if any((connection.laddr, connection.raddr) == (client, server) for connection in connections):
                holders.append((process.create_time(), process.pid))
        except psutil.Error:  # the process has ended meanwhile, or belongs to another user
            continue
    return min(holders)[1] if holders else None
