"""One worker of an engine pool: a process with an engine, and the segments that the process has not answered yet."""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import NoReturn

from transcriber.audio.segmentation import Segment
from transcriber.engines.engine import EngineDescription
from transcriber.engines.utterance import Answer, FailedSegment
from transcriber.workers.engine_process import EngineSpec, serve
from transcriber.workers.process_server import PROCESSES
from transcription.contract.errors import EngineFailed, TranscriptionError

#: Time limits, after which a process counts as hung: for loading the model, in seconds, and for each second of audio in
#: its unanswered segments. Ten times the slowest case that was measured: five minutes of audio without a scorer.
_LOAD_SECONDS = 300.0
_SECONDS_PER_AUDIO_SECOND = 60.0
#: `poll` accepts at most 2**31 milliseconds.
_MAX_WAIT_SECONDS = 24 * 3600.0


class EngineWorker:
    """The control of one engine process from the parent process.

    If the process ends by itself, the worker starts a new one. Then it gives the unanswered segments to the new process
    one at a time, because any of them may have killed the old process. If a process ends while it has only one segment,
    the answer to this segment is a `FailedSegment`.

    Args:
        spec: the engine to create in the process.
        cores: the numbers of the processor cores that the process may use.
    """

    #: Properties of the engine. `load` sets them.
    description: EngineDescription

    def __init__(self, spec: EngineSpec, cores: set[int]) -> None:
        self._arguments = (spec, cores)
        self._capacity = spec.capacity
        #: Segments that were sent and are not answered, by number of the file and start in it.
        self._unanswered: dict[tuple[int, float], Segment] = {}
        #: Segments of an ended process that must be retried one at a time.
        self._retries: deque[Segment] = deque()
        self._deadline = 0.0
        self._start()

    def _start(self) -> None:
        self.pipe, child_pipe = PROCESSES.Pipe()
        self._process = PROCESSES.Process(target=serve, args=(child_pipe, *self._arguments), daemon=True)
        self._process.start()
        child_pipe.close()  # the pipe reports the end of the child only if no other process holds this end open

    def load(self) -> None:
        """Wait until the process has loaded the model.

        Raises:
            ModelInvalid, OptionInvalid: the engine cannot use the model or the options.
            EngineFailed: the process ended, or did not load the model in time.
        """
        try:
            if not self.pipe.poll(_LOAD_SECONDS):
                self._process.kill()
            answer = self.pipe.recv()
        except (EOFError, OSError):
            self._raise_ended("loading the model")
        if isinstance(answer, TranscriptionError):
            raise answer
        self.description = answer

    @property
    def is_busy(self) -> bool:
        """Whether some segments are not answered yet."""
        return bool(self._unanswered)

    @property
    def has_room(self) -> bool:
        """Whether the worker accepts another segment."""
        return not self._retries and len(self._unanswered) < self._capacity

    @property
    def load_factor(self) -> float:
        """Number of unanswered segments, or infinity if the worker accepts no more."""
        return len(self._unanswered) if self.has_room else float("inf")

    @property
    def remaining_seconds(self) -> float:
        """Time until the process counts as hung, in seconds, at most a day."""
        return min(max(self._deadline - time.monotonic(), 0.0), _MAX_WAIT_SECONDS)

    def send(self, segment: Segment) -> None:
        """Send a segment to the process. If the process has ended while it was idle, start a new one first.

        Raises:
            EngineFailed: the new process ended while it loaded the model.
        """
        if not self._process.is_alive() and not self._unanswered:  # it ended while it was idle
            self._replace()
        self._unanswered[segment.file, segment.start] = segment
        self._extend_deadline()
        with suppress(OSError):  # the process has ended; `answers` handles that, because the pipe becomes readable
            self.pipe.send(segment)

    def answers(self) -> Iterator[Answer]:
        """Yield all answers that have arrived. Call this when `pipe` is readable.

        Raises:
            EngineFailed: a replacement process ended while it loaded the model.
        """
        try:
            while self._unanswered and self.pipe.poll():
                answer: Answer = self.pipe.recv()
                del self._unanswered[answer.file, answer.start]
                self._extend_deadline()
                yield answer
        except (EOFError, OSError):
            yield from self._recover()
        if self._retries and not self._unanswered:
            self.send(self._retries.popleft())

    def _extend_deadline(self) -> None:
        seconds = sum(segment.seconds for segment in self._unanswered.values())
        self._deadline = time.monotonic() + _LOAD_SECONDS + _SECONDS_PER_AUDIO_SECOND * seconds

    def _recover(self) -> Iterator[Answer]:
        """Replace a process that ended.

        If the process had only one segment, yield a `FailedSegment`. Otherwise retry the segments one at a time.

        Raises:
            EngineFailed: the new process ended while it loaded the model.
        """
        lost, self._unanswered = list(self._unanswered.values()), {}
        if len(lost) == 1:
            [segment] = lost
            try:
                self._raise_ended(f"transcribing {segment.seconds:.2f} s of audio at {segment.start:.2f} s")
            except EngineFailed as error:
                yield FailedSegment(segment.file, segment.start, error)
        else:
            self._retries.extendleft(reversed(lost))
        self._replace()

    def kill_if_hung(self) -> None:
        """Kill the process if an answer is overdue. The pipe then reports the end of the process."""
        if self._unanswered and not self.remaining_seconds:
            self._process.kill()

    def close(self) -> None:
        """Kill the process and wait until it has ended."""
        self._process.kill()
        self._process.join()

    def _replace(self) -> None:
        self.close()
        self.pipe.close()
        self._start()
        self.load()

    def _raise_ended(self, activity: str) -> NoReturn:
        """Raise an `EngineFailed` that says how the process ended. `activity` is what the process was doing."""
        self._process.join()
        raise EngineFailed(
            f"An engine process ended with {self._process.exitcode} while {activity}. -{signal.SIGKILL} means that the "
            "kernel killed it, usually for lack of memory: give the container more memory, or fewer processes. Other "
            "codes may come from a damaged model."
        )
