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
    """Raised when a connection has no client process that may be killed. The message says why."""


def kill(connection: socket.socket) -> None:
    """Send SIGKILL to the process that opened `connection`, and wait until it has ended, for at most ten seconds.

    Raises:
        ClientUnknown: no visible process holds the connection, or the process is in the stand-in's process group.
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
    """Return the id of the process that opened a connection; None if no visible process holds it.

    Forked children inherit connections. So if several processes hold the connection, the oldest one has opened it.

    Args:
        client: host and port of the client's end.
        server: host and port of the server's end.
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
