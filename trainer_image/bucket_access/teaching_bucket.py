"""The bucket in S3, from which a teaching takes recordings and models, and to which it adds the new model."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

import boto3
import boto3.compat
from botocore.config import Config

from transcriber.shard.s3_errors import translated
from transcription.contract import keys
from transcription.contract.errors import DiskFailed, ObjectDenied, SystemFault

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_log = logging.getLogger(__name__)
_CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, connect_timeout=10, read_timeout=60)

# boto3 warns of Python 3.9 at each start; DeepSpeech has no wheels for a later one.
boto3.compat.filter_python_deprecation_warnings()


class ModelTaken(SystemFault):
    """Raised when another model got the name of a new model while it was made."""

    code = "MODEL_TAKEN"


@dataclass(frozen=True)
class StoredObject:
    """An object as S3 lists it."""

    key: str
    size: int
    #: When it was written, in seconds since 1970.
    written: float
    #: Without the quotes that S3 puts around it.
    etag: str


class TeachingBucket:
    """The bucket.

    Args:
        name: the name of the bucket.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._client: S3Client = boto3.client("s3", config=_CONFIG)

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects below a prefix, without the markers of folders.

        Raises:
            StorageDenied, StorageFailed: S3 refuses or fails.
        """
        with translated(keys.uri(self.name, prefix)):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
                for entry in page.get("Contents", ()):
                    if not entry["Key"].endswith("/"):
                        written, etag = entry["LastModified"].timestamp(), entry["ETag"].strip('"')
                        yield StoredObject(entry["Key"], entry["Size"], written, etag)

    def model_names(self) -> set[str]:
        """Return the names of the models.

        Raises:
            StorageDenied, StorageFailed: S3 refuses or fails.
        """
        with translated(keys.uri(self.name, keys.MODELS_FOLDER)):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=keys.MODELS_FOLDER, Delimiter="/"
            )
            folders = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", ())]
        return {folder[len(keys.MODELS_FOLDER) : -1] for folder in folders}

    def read(self, key: str) -> Optional[bytes]:
        """Return the content of an object, or None if there is none.

        Raises:
            ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
        """
        try:
            with translated(keys.uri(self.name, key), missing=KeyError, denied=ObjectDenied):
                return self._client.get_object(Bucket=self.name, Key=key)["Body"].read()
        except KeyError:
            return None

    def download(self, stored: StoredObject, path: Path) -> None:
        """Copy an object to a file, unless the file has its size and time already.

        Raises:
            ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
            DiskFailed: the file cannot be written.
        """
        if path.is_file() and (path.stat().st_size, path.stat().st_mtime) == (stored.size, stored.written):
            return
        _log.info("fetching %r", stored.key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with translated(keys.uri(self.name, stored.key), denied=ObjectDenied):
                self._client.download_file(self.name, stored.key, str(path))
            os.utime(path, (stored.written, stored.written))
        except OSError as error:
            raise DiskFailed(f"{stored.key!r} cannot be written to {path.parent}: {error}") from error

    def add(self, key: str, path: Path) -> None:
        """Write an object with the content of a file, unless there is an object with this content already.

        Raises:
            ModelTaken: there is an object with another content.
            ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
        """
        where = keys.uri(self.name, key)
        try:
            with path.open("rb") as file, translated(where, changed=FileExistsError, denied=ObjectDenied):
                self._client.put_object(Bucket=self.name, Key=key, Body=file, IfNoneMatch="*")
        except FileExistsError as error:
            # botocore repeats a request whose answer was lost, and a job that was killed starts again.
            if not self._has_content(key, path):
                raise ModelTaken(f"{where} exists already. The new model is in {path.parent}.") from error

    def write(self, key: str, data: bytes, *, once: bool = False) -> None:
        """Write an object, and replace one that exists already; with `once`, leave that one as it is.

        Raises:
            ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
        """
        condition: Any = {"IfNoneMatch": "*"} if once else {}
        try:
            with translated(keys.uri(self.name, key), changed=FileExistsError, denied=ObjectDenied):
                self._client.put_object(
                    Bucket=self.name, Key=key, Body=data, ContentType="application/json", **condition
                )
        except FileExistsError:
            _log.info("%r is there already", key)

    def upload(self, key: str, path: Path) -> None:
        """Write an object with the content of a file of any size, and replace one that exists already.

        Raises:
            ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
        """
        with translated(keys.uri(self.name, key), denied=ObjectDenied):
            self._client.upload_file(str(path), self.name, key)

    def delete(self, key: str) -> None:
        """Delete an object.

        Raises:
            ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
        """
        with translated(keys.uri(self.name, key), denied=ObjectDenied):
            self._client.delete_object(Bucket=self.name, Key=key)

    def _has_content(self, key: str, path: Path) -> bool:
        """Return whether an object that was written in one request has the content of a file."""
        digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        return any((stored.key, stored.etag) == (key, digest) for stored in self.list(key))
