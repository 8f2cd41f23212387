"""When a training saves its state, and where the checkpoint goes so that it outlives the machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Most seconds of training between two checkpoints. So much work is lost at most if the machine is taken away.
CHECKPOINT_SECONDS = 600.0


class TeachingInterrupted(Exception):
    """Raised when a training ends before it is finished, because the process has to end. Its checkpoint is kept."""


class CheckpointKeeper:
    """The checkpoints of one teaching.

    Args:
        copy: copies a checkpoint to where it outlives the machine; `None` if the file itself is enough.
        seconds: most seconds of training between two checkpoints.
    """

    def __init__(self, copy: Callable[[Path], None] | None = None, seconds: float = CHECKPOINT_SECONDS) -> None:
        self._copy, self._seconds = copy, seconds
        self._kept_at = time.monotonic()
        self._is_training, self._is_interrupted = False, False

    def interrupt(self) -> bool:
        """Ask the training to end after its next step. A signal handler calls this.

        Returns:
            Whether a training is at work. If not, nothing has to be saved.
        """
        self._is_interrupted = True
        return self._is_training

    @contextmanager
    def training(self) -> Iterator[None]:
        """Let `interrupt` end the block of this context manager at its next call of `keep`."""
        self._is_training, self._kept_at = True, time.monotonic()
        try:
            yield
        finally:
            self._is_training = False
        if self._is_interrupted:
            raise TeachingInterrupted

    @property
    def is_due(self) -> bool:
        """Whether the state has to be saved after this step."""
        return self._is_interrupted or time.monotonic() - self._kept_at >= self._seconds

    def keep(self, checkpoint: Path, *, is_finished: bool) -> None:
        """Copy a checkpoint if its time has come, or if the training is finished.

        Args:
            checkpoint: the file, which was just written.
            is_finished: whether the training is finished.

        Raises:
            TeachingInterrupted: the process has to end.
        """
        if self.is_due or is_finished:
            if self._copy:
                self._copy(checkpoint)
            self._kept_at = time.monotonic()
        if self._is_interrupted:
            raise TeachingInterrupted
