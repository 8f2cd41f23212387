"""A pool of engine processes, one for each core, which take segments from one stream.

Why processes and not threads: libdeepspeech releases Python's lock while it decodes, but threads were slower. On two
cores both reached 1.8 times the speed of one core with a graph of the official size; with a small graph, processes
reached 2.0 times and threads 1.8 to 1.9 times. The decoder of the batched engine does not release the lock at all.
Processes share a model that is mapped into memory, so that another process of libdeepspeech costs 70 MB and not another
copy of the model. If a crash in native code ends a process, or the kernel kills it for lack of memory, one segment is
lost and the container continues.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from multiprocessing.connection import wait

from transcriber.audio.segmentation import Segment
from transcriber.engines.engine import EngineDescription
from transcriber.engines.utterance import Answer
from transcriber.workers.engine_process import EngineSpec
from transcriber.workers.engine_worker import EngineWorker

#: Segments for each process that are cut in advance, so that one is ready as soon as a process has room.
_READY_PER_PROCESS = 1


class EnginePool:
    """An engine that distributes segments to several processes. `close` ends the processes.

    Args:
        spec: the engine to create in each process.
        processes: the number of processes.

    Raises:
        ModelInvalid, OptionInvalid: the engine cannot use the model or the options.
        EngineFailed: a process ended while it loaded the model.
    """

    def __init__(self, spec: EngineSpec, processes: int) -> None:
        cores = sorted(os.sched_getaffinity(0))
        # With one process for each core, pin each to its core: the threads of libdeepspeech take turns, and the kernel
        # moves them between cores. Pinned processes were a sixth to a quarter faster. If other programs share the
        # cores, the kernel distributes the processes better.
        affinities = [{core} for core in cores] if processes == len(cores) else [set(cores)] * processes
        self._workers: list[EngineWorker] = []
        try:
            for affinity in affinities:
                self._workers.append(EngineWorker(spec, affinity))
            for worker in self._workers:
                worker.load()
        except BaseException:
            self.close()
            raise
        self.description: EngineDescription = self._workers[0].description

    def add_note(self, note: str) -> None:
        """Add a message for users to the description, unless it is empty."""
        notes = filter(None, (self.description.note, note))
        self.description = replace(self.description, note="; ".join(notes))

    def close(self) -> None:
        """Kill the processes. Segments that they are transcribing are lost."""
        for worker in self._workers:
            worker.close()

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Answer]:
        """Yield one result for each segment, in the order in which the results arrive.

        Raises:
            EngineFailed: a replacement process ended while it loaded the model.
        """
        ready: deque[Segment] = deque()
        for segment in segments:
            ready.append(segment)
            self._distribute(ready)
            yield from self._collect(ready, block=False)
            while len(ready) >= _READY_PER_PROCESS * len(self._workers):
                yield from self._collect(ready, block=True)
        while any(worker.is_busy for worker in self._workers):
            yield from self._collect(ready, block=True)

    def _distribute(self, ready: deque[Segment]) -> None:
        """Send each ready segment to the least loaded worker, until no worker has room."""
        while ready:
            worker = min(self._workers, key=lambda worker: worker.load_factor)
            if not worker.has_room:
                return
            worker.send(ready.popleft())

    def _collect(self, ready: deque[Segment], *, block: bool) -> Iterator[Answer]:
        """Yield the answers that have arrived, and give ready segments to the workers that have room again.

        Args:
            ready: the segments that wait for a worker.
            block: whether to wait if no answer has arrived. There may still be none if a process has to be replaced.
        """
        busy = {worker.pipe: worker for worker in self._workers if worker.is_busy}
        seconds = min((worker.remaining_seconds for worker in busy.values()), default=0.0)
        for pipe in wait(busy, seconds if block else 0):
            yield from busy[pipe].answers()  # type: ignore[index]
            self._distribute(ready)
        for worker in busy.values():
            worker.kill_if_hung()
