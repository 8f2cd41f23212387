"""Measurement of the peak memory of a process and its descendants."""

from __future__ import annotations

from threading import Event, Thread
from time import thread_time
from types import TracebackType
from typing import Self

import psutil  # type: ignore[import-untyped]

#: To read the size of a process, the kernel walks through the page tables, which takes milliseconds for a large model.
#: The pause after each reading is this many times as long, so that readings take at most 2 % of one core.
_PAUSE = 50


class PeakMemory:
    """Context manager that reads the memory of a process tree repeatedly.

    The memory is the sum of the proportional set sizes (`Pss` of /proc/PID/smaps_rollup, proc(5)). A page that several
    processes of the tree share, such as a page of a mapped model, therefore counts once in the sum. A page that
    processes outside the tree also share counts only in part, so the machine should be quiet. A peak between two
    readings is missed.

    Args:
        pid: The id of the process at the root of the tree.
    """

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._ended = Event()
        self._thread = Thread(target=self._read_repeatedly)
        #: The peak, in MB of 10^6 bytes.
        self.megabytes = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _read_repeatedly(self) -> None:
        while True:
            begun = thread_time()
            self.megabytes = max(self.megabytes, self._read())
            if self._ended.wait(_PAUSE * (thread_time() - begun)):
                return

    def _read(self) -> float:
        """Return the present memory of the whole tree, in MB of 10^6 bytes, or 0 if the root has ended."""
        try:
            processes = [self._root, *self._root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return 0
        return sum(map(_size, processes)) / 1e6


def _size(process: psutil.Process) -> int:
    """Return the memory of one process in bytes, or 0 if the process has ended."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0
