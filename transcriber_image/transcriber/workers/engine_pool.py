"""An engine on every core: a process for each, to which segments go as they are cut.

Processes and not threads, although libdeepspeech lets other threads run while it decodes. On two cores, with a graph of
the official size, both did 1.8 times the work of one core; with a small graph processes did 2.0 and threads 1.8 to 1.9
times. The batched engine's decoder lets none run. A model that is mapped into memory is shared: a process of
libdeepspeech costs 70 MB and not its model again. And what kills a process, a crash in native code or the kernel when
memory ends, costs one file and not the container.
"""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from multiprocessing.connection import wait
from types import TracebackType
from typing import NoReturn, Optional, Union

from transcriber.audio.segmentation import Segment
from transcriber.engines.engine import Description, Unheard, Utterance
from transcriber.workers.engine_process import Blueprint, serve
from transcriber.workers.process_server import PROCESSES
from transcription.contract.errors import EngineFailed, TranscriptionError

Answer = Union[Utterance, Unheard]

#: Segments that are ready when a process has room for one, for each process.
_AHEAD = 1
#: How long a process may load its model, and for each second of its segments hear them, before it counts as hung, in
#: seconds: ten times what the slowest was seen to take, five minutes of audio without a scorer.
_START_SECONDS = 300.0
_TIMES_ITS_LENGTH = 60.0
#: `poll` takes no more than 2**31 milliseconds.
_MOST_SECONDS = 24 * 3600.0


class ParallelEngine(AbstractContextManager["ParallelEngine"]):
    """Runs an engine in `processes` processes, until it is left as a context."""

    def __init__(self, blueprint: Blueprint, processes: int) -> None:
        """Start the processes and let them load the model.

        Raises:
            ModelInvalid, OptionInvalid: as the engine does.
            EngineFailed: a process ended while it loaded the model.
        """
        cores = sorted(os.sched_getaffinity(0))
        # libdeepspeech's threads take turns, on another core each time. Kept on one they do a sixth to a quarter more.
        # Where others share the cores, it is the kernel's business who runs where.
        places = [{core} for core in cores] if processes == len(cores) else [set(cores)] * processes
        self._processes: list[_Process] = []
        try:
            for place in places:
                self._processes.append(_Process(blueprint, place))
            for each in self._processes:
                each.load()
        except BaseException:
            self.end()
            raise
        self.description: Description = self._processes[0].description

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        """End the processes, whatever they are at."""
        self.end()

    def end(self) -> None:
        """Kill the processes: nothing that they do is worth waiting for."""
        for each in self._processes:
            each.end()

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Answer]:
        """One answer for each segment, as they come.

        Raises:
            EngineFailed: a process that took another one's place ended while it loaded the model.
        """
        ready: deque[Segment] = deque()
        for segment in segments:
            ready.append(segment)
            self._hand_out(ready)
            yield from self._answers(ready, block=False)
            while len(ready) >= _AHEAD * len(self._processes):
                yield from self._answers(ready, block=True)
        while any(each.is_busy for each in self._processes):
            yield from self._answers(ready, block=True)

    def _hand_out(self, ready: deque[Segment]) -> None:
        """Give out what is ready, each segment to the process that has the least to do."""
        while ready:
            process = min(self._processes, key=lambda each: each.burden)
            if not process.has_room:
                return
            process.give(ready.popleft())

    def _answers(self, ready: deque[Segment], *, block: bool) -> Iterator[Answer]:
        """What has been answered; with `block` there is something, unless a process had to be replaced."""
        busy = {each.pipe: each for each in self._processes if each.is_busy}
        patience = min((each.patience for each in busy.values()), default=0.0)
        answered = wait(busy, patience if block else 0)
        for pipe in answered:
            yield from busy[pipe].answers()  # type: ignore[index]
            self._hand_out(ready)
        for each in busy.values():
            each.end_if_hung()


class _Process:
    """A process with an engine of its own; it is replaced when it ends by itself."""

    description: Description

    def __init__(self, blueprint: Blueprint, cores: set[int]) -> None:
        self._arguments = (blueprint, cores)
        self._capacity = blueprint.capacity
        #: What was given to it and not answered, by the places in their files.
        self._given: dict[tuple[int, float], Segment] = {}
        #: What an earlier process had when it ended. One of them may have ended it, so that each is tried alone.
        self._suspects: deque[Segment] = deque()
        self._deadline = 0.0
        self._start()

    def _start(self) -> None:
        self.pipe, other = PROCESSES.Pipe()
        self._process = PROCESSES.Process(target=serve, args=(other, *self._arguments), daemon=True)
        self._process.start()
        other.close()  # so that the pipe breaks when the process ends

    def load(self) -> None:
        """Wait until it is ready.

        Raises:
            ModelInvalid, OptionInvalid: as the engine does.
            EngineFailed: it ended before.
        """
        try:
            if not self.pipe.poll(_START_SECONDS):
                self._process.kill()
            answer = self.pipe.recv()
        except (EOFError, OSError):
            self._fail("loading the model")
        if isinstance(answer, TranscriptionError):
            raise answer
        self.description = answer

    @property
    def is_busy(self) -> bool:
        """Whether it owes answers."""
        return bool(self._given)

    @property
    def has_room(self) -> bool:
        """Whether it takes a segment."""
        return not self._suspects and len(self._given) < self._capacity

    @property
    def burden(self) -> float:
        """How much it has to do: the least goes first. One that takes nothing is last."""
        return len(self._given) if self.has_room else float("inf")

    @property
    def patience(self) -> float:
        """How long it may still take for its next answer, in seconds."""
        return min(max(self._deadline - time.monotonic(), 0.0), _MOST_SECONDS)

    def give(self, segment: Segment) -> None:
        """Have it hear a segment."""
        if not self._process.is_alive() and not self._given:  # it ended while it had nothing to do
            self._replace()
        self._given[segment.file, segment.start] = segment
        self._extend()
        with suppress(OSError):  # it has ended, and its pipe says so next
            self.pipe.send(segment)

    def answers(self) -> Iterator[Answer]:
        """Those that are there, after `pipe` said so."""
        try:
            while self._given and self.pipe.poll():
                answer: Answer = self.pipe.recv()
                del self._given[answer.file, answer.start]
                self._extend()
                yield answer
        except (EOFError, OSError):
            yield from self._bury()
        if self._suspects and not self._given:
            self.give(self._suspects.popleft())

    def _extend(self) -> None:
        seconds = sum(each.seconds for each in self._given.values())
        self._deadline = time.monotonic() + _START_SECONDS + _TIMES_ITS_LENGTH * seconds

    def _bury(self) -> Iterator[Answer]:
        """Put another process in the place of one that ended; what was alone in it has ended it."""
        lost, self._given = list(self._given.values()), {}
        if len(lost) == 1:
            [segment] = lost
            try:
                self._fail(f"hearing {segment.seconds:.2f} s of audio at {segment.start:.2f} s")
            except EngineFailed as error:
                yield Unheard(segment.file, segment.start, error)
        else:
            self._suspects.extendleft(reversed(lost))
        self._replace()

    def end_if_hung(self) -> None:
        """End it where an answer takes too long; its pipe says so next."""
        if self._given and not self.patience:
            self._process.kill()

    def end(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.join()

    def _replace(self) -> None:
        self.end()
        self.pipe.close()
        self._start()
        self.load()

    def _fail(self, what: str) -> NoReturn:
        self._process.join()
        raise EngineFailed(
            f"A process ended with {self._process.exitcode} while {what}. -{signal.SIGKILL} is what the kernel does "
            "when memory ends: give the container more of it, or fewer processes. Others may come from a damaged model."
        )
