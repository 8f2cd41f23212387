"""The files of a shard, downloaded a little ahead of their use, so that no core waits for S3."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Optional

from transcriber.shard.store import Store
from transcription.contract.errors import DiskFailed, InputMoved, StorageFailed, TranscriptionError
from transcription.contract.manifest import Item, Shard
from transcription.contract.result import LEFT, Model

#: Downloads at a time, and files that lie on the disk or are on their way. A file of two seconds takes about as long to
#: fetch as to transcribe on 16 cores.
_DOWNLOADS = 4
_FILES = 16
#: In bytes: what lies on the disk is not more than this, or one file.
_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Input:
    """One file of the shard, or why it is not here."""

    item: Item
    #: Whether an earlier attempt made of it all that there is to do.
    is_done: bool = False
    #: Whether an earlier attempt did, with another model or other options.
    was_done_with_others: bool = False
    #: Where it lies. Whoever gets it removes it before asking for the next one.
    path: Optional[Path] = None
    #: SHA-256 of it, hexadecimal.
    sha256: str = ""
    #: When it was here, or known to be not, by `time.monotonic`.
    begun: float = field(default_factory=time.monotonic)
    #: It changed or is gone, or could not be fetched.
    error: Optional[TranscriptionError] = None


class Inputs(AbstractContextManager["Inputs"]):
    """Iterates over a shard's files, in their order. Downloads begin at once, and end where it is left as a context."""

    def __init__(self, store: Store, shard: Shard, model: Model, folder: Path) -> None:
        self._store = store
        self._shard = shard
        self._model = model
        self._folder = folder
        self._threads = ThreadPoolExecutor(_DOWNLOADS, "download")
        self._is_over = False
        self._items = deque(shard.items)
        self._ahead: deque[tuple[Item, Future[Input]]] = deque()
        self._fill()

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        """Break off what is under way, so that nothing is written to the folder any more."""
        self._is_over = True
        self._threads.shutdown(cancel_futures=True)

    def __iter__(self) -> Iterator[Input]:
        """The files.

        Raises:
            SystemFault: S3 refuses the records of the run, or they are not what this version reads.
        """
        while self._ahead:
            _, future = self._ahead[0]
            yield future.result()
            self._ahead.popleft()  # its user has removed the file
            self._fill()

    def _fill(self) -> None:
        while self._items and (not self._ahead or self._has_room(self._items[0])):
            item = self._items.popleft()
            self._ahead.append((item, self._threads.submit(self._fetch, item)))

    def _has_room(self, item: Item) -> bool:
        return len(self._ahead) < _FILES and sum(each.size for each, _ in self._ahead) + item.size <= _BYTES

    def _fetch(self, item: Item) -> Input:
        was_done = False
        path = self._folder / f"{item.number}.wav"
        try:
            earlier = self._store.result(self._shard.run, item)
            if earlier is not None and earlier.commits(item, self._shard.options, self._model):
                return Input(item, is_done=True)
            was_done = earlier is not None and earlier.item == item and earlier.status != LEFT
            return Input(item, path=path, sha256=self._download(item, path))
        except (InputMoved, StorageFailed) as error:
            path.unlink(missing_ok=True)
            return Input(item, was_done_with_others=was_done, error=error)
        except OSError as error:
            path.unlink(missing_ok=True)  # there is room for the next file again
            return Input(item, error=DiskFailed(f"{item.key} could not be written to {self._folder}: {error}"))

    def _download(self, item: Item, path: Path) -> str:
        """Write a file; returns its SHA-256, hexadecimal."""
        digest = hashlib.sha256()
        with path.open("wb") as file:
            for block in self._store.download(item):
                if self._is_over:
                    break
                file.write(block)
                digest.update(block)
        return digest.hexdigest()
