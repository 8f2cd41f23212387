"""Where the processes of an engine come from: a server that has imported what they need, and forks them when asked.

A process that was forked from this one would inherit locks that its threads hold; one that starts anew takes a quarter
of a second for its imports, and 20 MB that the forked ones share.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["transcriber.workers.engine_process"])


def warm_up() -> None:
    """Start the server already, so that it imports on another core what this process imports meanwhile."""
    forkserver.ensure_running()
