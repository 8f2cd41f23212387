"""Downloads of the files of a shard, shortly before they are transcribed, so that no core waits for S3."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from transcriber.shard.store import Store
from transcription.contract.errors import DiskFailed, InputLeft, ObjectDenied, StorageFailed, TranscriptionError
from transcription.contract.manifest import Item, Shard
from transcription.contract.result import LEFT, Model

#: How many files are downloaded at a time. The download of a file of two seconds takes about as long as its
#: transcription on 16 cores.
_DOWNLOADS = 4
#: How many files may be on the disk or in a download.
_FILES = 16
#: How many bytes these files may have together. A single file may be larger.
_BYTES = 256 * 2**20


@dataclass(frozen=True)
class InputFile:
    """A file of the shard on the disk, or the reason why it was not downloaded."""

    item: Item
    #: Whether an earlier attempt finished the file with this shard's model and options, so that nothing is left to do.
    is_done: bool = False
    #: Whether an earlier attempt finished the file with another model or other options.
    was_done_with_others: bool = False
    #: Where the file is, or `None` if it was not downloaded. The consumer deletes it before it takes the next file.
    path: Optional[Path] = None
    #: SHA-256 of the content, hexadecimal.
    sha256: str = ""
    #: When the download ended or failed, by `time.monotonic`.
    begun: float = field(default_factory=time.monotonic)
    #: Why the file was not downloaded: it was changed, deleted or archived, S3 refused it, or S3 or the disk failed.
    error: Optional[TranscriptionError] = None


class InputDownloads:
    """An iterable of the files of a shard, in their order. It downloads files in advance.

    The first downloads start when the object is created.

    Args:
        store: the bucket.
        shard: the shard.
        model: the model that the shard uses. The result of an earlier attempt counts only if it was made with this
            model and the shard's options.
        folder: the folder to which the files are downloaded.
    """

    def __init__(self, store: Store, shard: Shard, model: Model, folder: Path) -> None:
        self._store = store
        self._shard = shard
        self._model = model
        self._folder = folder
        self._threads = ThreadPoolExecutor(_DOWNLOADS, "download")
        self._is_closed = False
        self._items = deque(shard.items)
        self._ahead: deque[tuple[Item, Future[InputFile]]] = deque()
        self._start_downloads()

    def close(self) -> None:
        """Stop the downloads. Nothing is written to the folder afterwards."""
        self._is_closed = True
        self._threads.shutdown(cancel_futures=True)

    def __iter__(self) -> Iterator[InputFile]:
        """Yield each file when it is downloaded, or when it is known that it cannot or need not be downloaded.

        Raises:
            SystemFault: S3 refuses the bucket or the credentials, or another version of this code wrote the run's
                records.
        """
        while self._ahead:
            _, future = self._ahead[0]
            yield future.result()
            self._ahead.popleft()  # the consumer has deleted the file
            self._start_downloads()

    def _start_downloads(self) -> None:
        while self._items and (not self._ahead or self._has_room(self._items[0])):
            item = self._items.popleft()
            self._ahead.append((item, self._threads.submit(self._fetch, item)))

    def _has_room(self, item: Item) -> bool:
        return len(self._ahead) < _FILES and sum(ahead.size for ahead, _ in self._ahead) + item.size <= _BYTES

    def _fetch(self, item: Item) -> InputFile:
        was_done = False
        path = self._folder / f"{item.number}.wav"
        try:
            earlier = self._store.result(self._shard.run, item)
            if earlier is not None and earlier.commits(item, self._shard.options, self._model):
                return InputFile(item, is_done=True)
            was_done = earlier is not None and earlier.item == item and earlier.status != LEFT
            return InputFile(item, path=path, sha256=self._download(item, path))
        except (InputLeft, ObjectDenied, StorageFailed) as error:
            path.unlink(missing_ok=True)
            return InputFile(item, was_done_with_others=was_done, error=error)
        except OSError as error:
            path.unlink(missing_ok=True)  # makes room for the next file
            return InputFile(item, error=DiskFailed(f"{item.key} could not be written to {self._folder}: {error}"))

    def _download(self, item: Item, path: Path) -> str:
        """Download a file to `path`, and return the SHA-256 of its content in hexadecimal.

        After `close`, the download ends early, and the file is incomplete.
        """
        digest = hashlib.sha256()
        with path.open("wb") as file:
            for block in self._store.download(item):
                if self._is_closed:
                    break
                file.write(block)
                digest.update(block)
        return digest.hexdigest()
