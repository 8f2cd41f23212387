"""The fork server that starts engine processes.

The server imports the engines once, and each engine process is a fork of it. Forks of the main process would copy locks
that its threads hold. A new interpreter for each process would take a quarter of a second for imports, and 20 MB of
memory that forked processes share.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["transcriber.workers.engine_process"])


def warm_up() -> None:
    """Start the fork server now, so that it imports on another core while this process does its own imports."""
    forkserver.ensure_running()
