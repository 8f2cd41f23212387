"""An engine on every core: a process for each, to which segments go as they are cut.

Processes and not threads, although libdeepspeech lets other threads run while it decodes. On two cores, with a graph of
the official size, both did 1.8 times the work of one core; with a small graph processes did 2.0 and threads 1.8 to
1.9 times. A model that is mapped into memory is shared, so that a process costs 70 MB and not its model again. And what
kills a process, a crash in native code or the kernel when memory ends, costs one file and not the container.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import TracebackType
from typing import Any, NoReturn, Optional, Union

from transcription.contract.errors import EngineFailed, TranscriptionError
from transcription.contract.options import Options

from .engine import Description, Unheard, Utterance
from .libdeepspeech import LibDeepSpeech
from .model import ModelFolder
from .processes import PROCESSES
from .segments import Segment

#: Segments that are under way or ready when a process ends one, for each process.
_AHEAD = 2
#: How long a process may load its model, and for each second of a segment hear it, before it counts as hung, in
#: seconds: ten times what the slowest was seen to take, five minutes of audio without a scorer.
_START_SECONDS = 300.0
_TIMES_ITS_LENGTH = 60.0
#: `poll` takes no more than 2**31 milliseconds.
_MOST_SECONDS = 24 * 3600.0


class ParallelEngine(AbstractContextManager["ParallelEngine"]):
    """Runs `LibDeepSpeech` in `processes` processes, until it is left as a context."""

    def __init__(self, folder: ModelFolder, options: Options, processes: int) -> None:
        """Start the processes and let them load the model.

        Raises:
            ModelInvalid, OptionInvalid: as `LibDeepSpeech` does.
            EngineFailed: a process ended while it loaded the model.
        """
        cores = sorted(os.sched_getaffinity(0))
        # libdeepspeech's threads take turns, on another core each time. Kept on one they do a sixth to a quarter more.
        # Where others share the cores, it is the kernel's business who runs where.
        places = [{core} for core in cores] if processes == len(cores) else [set(cores)] * processes
        self._processes = [_Process(folder, options, place) for place in places]
        self._free: SimpleQueue[_Process] = SimpleQueue()
        # A thread for each process, which waits for its answers.
        self._threads = ThreadPoolExecutor(processes, "engine")
        try:
            for each in self._processes:
                each.load()
                self._free.put(each)
        except BaseException:
            self._end()
            raise
        self.description: Description = self._processes[0].description

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        """End the processes, whatever they are at."""
        self._end()

    def _end(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for each in self._processes:
            each.end()
        self._threads.shutdown()

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Union[Utterance, Unheard]]:
        """One answer for each segment, as they come."""
        capacity = len(self._processes) * _AHEAD
        waiting: set[Future[Union[Utterance, Unheard]]] = set()
        for segment in segments:
            waiting.add(self._threads.submit(self._hear, segment))
            if len(waiting) >= capacity:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (each.result() for each in done)

    def _hear(self, segment: Segment) -> Union[Utterance, Unheard]:
        process = self._free.get()
        try:
            return process.hear(segment)
        except EngineFailed as error:
            return Unheard(segment.file, error)
        finally:
            self._free.put(process)


class _Process:
    """A process with an engine of its own; it is replaced when it ends by itself."""

    description: Description

    def __init__(self, folder: ModelFolder, options: Options, cores: set[int]) -> None:
        self._arguments = (folder, options, cores)
        self._is_over = False
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        with self._lock:
            if self._is_over:  # `end` was called by another thread, and would never hear of a new process
                raise EngineFailed("The engine is ended.")
            self._is_loaded = False
            self._pipe, other = PROCESSES.Pipe()
            self._process = PROCESSES.Process(target=_serve, args=(other, *self._arguments), daemon=True)
            self._process.start()
            other.close()  # so that the pipe breaks when the process ends

    def load(self) -> None:
        """Wait until it is ready.

        Raises:
            ModelInvalid, OptionInvalid: as `LibDeepSpeech` does.
            EngineFailed: it ended before.
        """
        if not self._is_loaded:
            self.description = self._receive("loading the model", _START_SECONDS)
            self._is_loaded = True

    def hear(self, segment: Segment) -> Utterance:
        """What is said in a segment.

        Raises:
            EngineFailed: there was no answer.
        """
        if not self._process.is_alive():  # it ended while it had nothing to do
            self._start()
        self.load()
        what = f"hearing {segment.seconds:.2f} s of audio at {segment.start:.2f} s"
        try:
            self._pipe.send(segment)
        except OSError:
            self._replace(what)
        utterance: Utterance = self._receive(what, _START_SECONDS + _TIMES_ITS_LENGTH * segment.seconds)
        return utterance

    def end(self) -> None:
        """Kill it: nothing that it does is worth waiting for."""
        with self._lock:
            self._is_over = True
            self._process.kill()
            self._process.join()

    def _receive(self, what: str, patience: float) -> Any:
        try:
            if not self._pipe.poll(min(patience, _MOST_SECONDS)):
                self._process.kill()
            answer = self._pipe.recv()
        except (EOFError, OSError):
            self._replace(what)
        if isinstance(answer, TranscriptionError):
            raise answer
        return answer

    def _replace(self, what: str) -> NoReturn:
        self._process.join()
        code = self._process.exitcode
        self._start()
        raise EngineFailed(
            f"A process ended with {code} while {what}. -{signal.SIGKILL} is what the kernel does when memory ends: "
            "give the container more of it, or fewer processes. Others may come from a damaged model."
        )


def _serve(pipe: Connection, folder: ModelFolder, options: Options, cores: set[int]) -> None:
    """The process: load the model, then hear one segment after another, until nobody asks any more."""
    os.sched_setaffinity(0, cores)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the one that started this one ends it
    try:
        engine = LibDeepSpeech(folder, options)
    except TranscriptionError as error:
        pipe.send(error)
        return
    try:
        pipe.send(engine.description)
        while True:
            pipe.send(_answer(engine, pipe.recv()))
    except (EOFError, OSError):
        return


def _answer(engine: LibDeepSpeech, segment: Segment) -> Union[Utterance, EngineFailed]:
    try:
        return engine.hear(segment)
    except EngineFailed as error:
        return error
