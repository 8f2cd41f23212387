"""The main function of an engine process. It loads a model and transcribes segments until the parent process ends."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Optional

from transcriber.audio.segmentation import Segment
from transcriber.engines.batched.batched_engine import SLOTS, BatchedEngine
from transcriber.engines.engine import Engine, SegmentSource
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.model.model_folder import ModelFolder
from transcription.contract.errors import TranscriptionError
from transcription.contract.options import Options

#: Segments that wait in a process of the batched engine, so that a slot is refilled before the parent sends the next.
_WAITING = 2


@dataclass(frozen=True)
class EngineSpec:
    """What a process needs to create an engine: its kind, model and options.

    Engines cannot be pickled. Therefore the parent process sends this specification.
    """

    folder: ModelFolder
    options: Options
    #: The ONNX file for the batched engine, or `None` to use libdeepspeech.
    network: Optional[Path] = None

    @property
    def capacity(self) -> int:
        """Maximum number of segments that one process holds at a time."""
        return SLOTS + _WAITING if self.network else 1

    def create_engine(self) -> Engine:
        """Load the model and return the engine.

        Raises:
            ModelInvalid, OptionInvalid: the engine cannot use the model or the options.
        """
        if self.network:
            return BatchedEngine(self.folder, self.network, self.options)
        return LibDeepSpeech(self.folder, self.options)


def serve(pipe: Connection, spec: EngineSpec, cores: set[int]) -> None:
    """Create an engine and transcribe the segments that arrive through a pipe, until the pipe breaks.

    First, send the engine's description to the parent process, or the `TranscriptionError` that prevented the engine
    from loading. Then send one `Utterance` or `FailedSegment` for each `Segment`.

    Args:
        pipe: the connection to the parent process.
        spec: the engine to create.
        cores: the numbers of the processor cores that this process may use.
    """
    os.sched_setaffinity(0, cores)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the parent ends this process
    try:
        engine = spec.create_engine()
    except TranscriptionError as error:
        pipe.send(error)
        return
    try:
        pipe.send(engine.description)
        for answer in engine.transcribe(_PipeSource(pipe)):
            pipe.send(answer)
    except OSError:  # the parent has closed the pipe
        return


class _PipeSource(SegmentSource):
    """A source that reads segments from a pipe in a thread, so that the sender never waits.

    If the pipe breaks, the source ends this process.

    Args:
        pipe: the connection to the parent process.
    """

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._arrived: SimpleQueue[Segment] = SimpleQueue()
        threading.Thread(target=self._read, name="segment-reader", daemon=True).start()

    def _read(self) -> None:
        try:
            while True:
                self._arrived.put(self._pipe.recv())
        except (EOFError, OSError):
            os._exit(0)  # the parent has ended, so that nobody needs the remaining results

    def take(self, *, wait: bool) -> Optional[Segment]:
        """Return the next segment. There is no last segment, because the process ends when the pipe breaks.

        Args:
            wait: whether to wait until a segment arrives.

        Returns:
            The segment, or `None` if `wait` is false and no segment has arrived.
        """
        try:
            return self._arrived.get(wait)
        except Empty:
            return None
