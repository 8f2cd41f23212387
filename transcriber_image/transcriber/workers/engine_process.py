"""The process of an engine: it loads a model, then answers one segment after another, until nobody asks any more."""

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
from transcriber.engines.engine import Engine, Source
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.model.model_folder import ModelFolder
from transcription.contract.errors import TranscriptionError
from transcription.contract.options import Options

#: Segments that wait in a process beside those in its slots, so that none is empty until the next one is sent.
_WAITING = 2


@dataclass(frozen=True)
class Blueprint:
    """Which engine a process makes, and of what."""

    folder: ModelFolder
    options: Options
    #: The network for the batched engine; nothing: libdeepspeech.
    network: Optional[Path] = None

    @property
    def capacity(self) -> int:
        """How many segments one process takes at a time."""
        return SLOTS + _WAITING if self.network else 1

    def make(self) -> Engine:
        """The engine.

        Raises:
            ModelInvalid, OptionInvalid: as the engine does.
        """
        if self.network:
            return BatchedEngine(self.folder, self.network, self.options)
        return LibDeepSpeech(self.folder, self.options)


def serve(pipe: Connection, blueprint: Blueprint, cores: set[int]) -> None:
    """Send the engine's description, or why there is none; then an answer for each segment that comes."""
    os.sched_setaffinity(0, cores)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the one that started this one ends it
    try:
        engine = blueprint.make()
    except TranscriptionError as error:
        pipe.send(error)
        return
    try:
        pipe.send(engine.description)
        for answer in engine.transcribe(_Inbox(pipe)):
            pipe.send(answer)
    except OSError:  # nobody listens any more
        return


class _Inbox(Source):
    """The segments that come through a pipe, taken from it at once, so that who sends them never waits."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._arrived: SimpleQueue[Segment] = SimpleQueue()
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def _read(self) -> None:
        try:
            while True:
                self._arrived.put(self._pipe.recv())
        except (EOFError, OSError):
            os._exit(0)  # who started this process is gone: nothing that it does is worth going on with

    def take(self, *, wait: bool) -> Optional[Segment]:
        """See `Source`; there is always one more."""
        try:
            return self._arrived.get(wait)
        except Empty:
            return None
