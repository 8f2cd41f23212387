"""Limits of the decoder's process, so that a damaged file costs neither the memory nor the time of other files."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: How much memory a file may need, in bytes.
MEMORY = 512 * 2**20
#: How long the decoder may take to open a file or to decode a block, in seconds. It usually takes milliseconds.
SECONDS = 60
#: The longest audio that is decoded, in hours: that of the largest WAV file of the default settings. A small file of a
#: compressed format could otherwise hold years of silence.
HOURS = 37


def limit_process() -> None:
    """Limit the memory of this process, and forbid it to write files and to dump its memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * os.sysconf("SC_PAGE_SIZE") + MEMORY
    for kind, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(kind, (limit, limit))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the parent ends this process


@contextmanager
def time_limit() -> Iterator[None]:
    """End this process with SIGALRM if the block takes too long, even if it is stuck in C code."""
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
