"""Objects that outlive the stand-in: a bucket's newest versions are written to a folder, and read at the next start.

Earlier versions, tags and unfinished uploads are not kept.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeKey, s3_backends

from standin.s3.api import REQUEST_LOCK
from standin.s3.ordered_keys import OrderedKeys

#: A change is written after at most this time, in seconds.
_INTERVAL = 1.0


class KeptObjects:
    """The folder of one bucket. Each object is a file: a line of JSON about the object, then its content."""

    def __init__(self) -> None:
        self._changed: set[str] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def keep(self, document: Any) -> int:
        """Create the objects of a folder in a bucket, and from now on write each change of the bucket to the folder.

        Args:
            document: `{"bucket": …, "folder": …}`.

        Returns:
            Number of objects that the folder holds.

        Raises:
            ValueError: The document is malformed, the bucket does not exist, or a bucket is kept already.
        """
        match document:
            case {"bucket": str(bucket), "folder": str(folder)} if self._thread is None:
                pass
            case _:
                raise ValueError('One bucket can be kept: {"bucket": "b", "folder": "/path"}.')
        root = Path(folder)
        root.mkdir(parents=True, exist_ok=True)
        backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        with REQUEST_LOCK:
            try:
                objects = cast(OrderedKeys, backend.get_bucket(bucket).keys)
            except S3ClientError as error:
                raise ValueError(f"{bucket!r}: {error.message}") from error
            for path in _files(root):
                with path.open("rb") as file:
                    _create(backend, bucket, json.loads(file.readline()), file.read())
            objects.on_change = self._changed.add
            count = len(objects)
        self._thread = threading.Thread(target=self._loop, args=(objects, root), name="kept objects", daemon=True)
        self._thread.start()
        return count

    def stop(self) -> None:
        """Write the last changes."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _loop(self, objects: OrderedKeys, root: Path) -> None:
        while True:
            is_last = self._stop.wait(_INTERVAL)
            try:
                self._write_changes(objects, root)
            except OSError as error:  # for example a full disk; the changes wait for the next try
                print(f"The objects of the bucket cannot be kept: {error}", file=sys.stderr, flush=True)
            if is_last:
                return

    def _write_changes(self, objects: OrderedKeys, root: Path) -> None:
        for name in list(self._changed):
            with REQUEST_LOCK:  # so that a request that changes the object has ended
                newest = objects.get(name)
                if isinstance(newest, FakeKey):
                    _write(_path(root, name), newest)
                else:
                    _path(root, name).unlink(missing_ok=True)
                self._changed.discard(name)


def _path(root: Path, name: str) -> Path:
    """Return the file of an object. Names of objects can be longer than those of files, and contain any character."""
    return root / f"{hashlib.sha256(name.encode()).hexdigest()}.object"


def _files(root: Path) -> Iterator[Path]:
    for path in sorted(root.iterdir()):
        if path.suffix == ".object":
            yield path
        else:
            path.unlink()  # left by a server that was killed while it wrote


def _write(path: Path, key: FakeKey) -> None:
    description = {
        "name": key.name,
        "etag": key.etag.strip('"'),
        "modified": key.last_modified.isoformat(),
        "metadata": dict(key.metadata),
        "storage_class": key.storage_class,
    }
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file, key.lock:
        file.write(json.dumps(description).encode() + b"\n")
        content = cast(IO[bytes], key._value_buffer)
        content.seek(0)
        shutil.copyfileobj(content, file)
    partial.rename(path)


def _create(backend: Any, bucket: str, description: dict[str, Any], content: bytes) -> None:
    key = backend.put_object(
        bucket, description["name"], content, storage=description["storage_class"], etag=description["etag"]
    )
    key.last_modified = datetime.fromisoformat(description["modified"])
    key.set_metadata(description["metadata"])
