"""The most memory that a process and all that it started held at a time."""

from __future__ import annotations

from threading import Event, Thread
from time import thread_time
from types import TracebackType
from typing import Self

import psutil  # type: ignore[import-untyped]

#: Looking makes the kernel walk through the page tables, some milliseconds for a large model. After each look comes a
#: pause of so many times as long, so that no more than 2 % of one core go into it.
_PAUSE = 50


class PeakMemory:
    """Looks at a process tree while the context is open.

    What counts is the sum of the proportional set sizes (`Pss` of /proc/PID/smaps_rollup, proc(5)): a page that
    several processes share, as those of a mapped model, counts once in all. A peak between two looks is missed; and
    what other trees have mapped too, such as the same library, counts in part only, so the machine should be quiet.
    """

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._ended = Event()
        self._thread = Thread(target=self._watch)
        #: In MB of 10^6 bytes.
        self.megabytes = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            begun = thread_time()
            self.megabytes = max(self.megabytes, self._look())
            if self._ended.wait(_PAUSE * (thread_time() - begun)):
                return

    def _look(self) -> float:
        try:
            tree = [self._root, *self._root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return 0
        return sum(map(_size, tree)) / 1e6


def _size(process: psutil.Process) -> int:
    """In bytes; nothing for a process that has ended meanwhile."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0
