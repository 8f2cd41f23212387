"""The bucket in S3, from which a child reads its shard, inputs and model, and to which it writes what it makes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Optional

import boto3
import boto3.compat
from botocore.config import Config
from botocore.exceptions import IncompleteReadError, ReadTimeoutError, ResponseStreamingError
from urllib3.exceptions import SSLError

from transcriber.shard.s3_errors import translated
from transcription.contract import keys, records
from transcription.contract.errors import (
    DiskFailed,
    InputArchived,
    InputChanged,
    InputDeleted,
    ManifestMissing,
    ModelMissing,
    ObjectDenied,
    StorageDenied,
    StorageFailed,
)
from transcription.contract.manifest import Item, Shard
from transcription.contract.model_files import EXPECTED
from transcription.contract.result import Output, Result
from transcription.contract.run_keys import RunKeys

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef, ListObjectsV2OutputTypeDef

#: Retry throttling, time-outs and lost connections with backoff, because a child can do nothing without S3.
_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 6}, connect_timeout=10, read_timeout=60, max_pool_connections=32
)
#: How many requests one object may take. botocore does not retry a response whose body ends early.
_REQUESTS = 5
_BROKEN_OFF = (ResponseStreamingError, IncompleteReadError, ReadTimeoutError, SSLError)

# boto3 warns of Python 3.9 at each start; DeepSpeech has no wheels for a later one.
boto3.compat.filter_python_deprecation_warnings()


class Store:
    """The bucket of the deployment, as a child of the Batch job uses it. The constructor sends no request.

    Args:
        bucket: the name of the bucket.
    """

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket
        self._client: S3Client = boto3.client("s3", config=_CONFIG)

    def shard(self, run: str, draft: str, index: int) -> Shard:
        """Read a shard of a run's manifest.

        Args:
            run: the name of the run.
            draft: the name of the shard set that belongs to the Batch job.
            index: the number of the shard, from 0.

        Raises:
            ManifestMissing: the run has no such shard.
            RecordInvalid: another version of this code wrote the shard.
            StorageDenied: S3 denies access, or there is no such bucket.
            StorageFailed: S3 fails, after all retries.
        """
        key = RunKeys(run).shard(draft, index)
        data = self._read(key)
        if data is None:
            raise ManifestMissing(
                f"There is no {keys.uri(self.bucket, key)}. Check the names of the run and of the draft in the job's "
                "command; if both are right, the manifest was deleted: start a new run."
            )
        return records.load(Shard, data, key)

    def result(self, run: str, item: Item) -> Optional[Result]:
        """Return the result record that an earlier attempt wrote for `item`, or `None` if there is none.

        Raises:
            RecordInvalid: another version of this code wrote the record.
            ObjectDenied: S3 denies access to the record.
            StorageDenied: S3 refuses the bucket or the credentials.
            StorageFailed: S3 fails, after all retries.
        """
        key = RunKeys(run).result(item.number)
        data = self._read(key, denied=ObjectDenied)
        return None if data is None else records.load(Result, data, key)

    def download(self, item: Item) -> Iterator[bytes]:
        """Yield the content of an input in blocks.

        If a response ends early, continue with the rest of the same object.

        Raises:
            InputChanged: the object was replaced after planning. The next run takes the new one.
            InputDeleted: the object was deleted after planning.
            InputArchived: the object has to be restored before it can be read.
            ObjectDenied: S3 denies access to the object.
            StorageDenied: S3 refuses the bucket or the credentials.
            StorageFailed: S3 does not deliver the object, after all retries.
        """
        errors = self._translated(
            item.key, changed=InputChanged, missing=InputDeleted, denied=ObjectDenied, archived=InputArchived
        )
        with errors:
            yield from self._blocks({"Bucket": self.bucket, "Key": item.key, "IfMatch": f'"{item.etag}"'})

    def _blocks(self, request: GetObjectRequestTypeDef) -> Iterator[bytes]:
        """Yield the content of an object in blocks. If a response ends early, continue with the rest of the object.

        Args:
            request: the arguments of GetObject. The function adds a range to them.
        """
        offset = 0
        for requests_left in reversed(range(_REQUESTS)):
            if offset:
                request["Range"] = f"bytes={offset}-"
            try:
                response = self._client.get_object(**request)
                request["IfMatch"] = response["ETag"]
                with closing(response["Body"]) as body:
                    for block in body.iter_chunks(2**20):
                        offset += len(block)
                        yield block
            except _BROKEN_OFF:
                if not requests_left:
                    raise
            else:
                return

    def write(self, key: str, data: bytes, content_type: str, metadata: Optional[Mapping[str, str]] = None) -> Output:
        """Write an object and return its key, size and digest.

        Args:
            key: the key of the object.
            data: the content of the object.
            content_type: the type of the content.
            metadata: texts that a HEAD request returns.

        Raises:
            ObjectDenied: S3 denies access to this object.
            StorageDenied: S3 refuses the bucket or the credentials.
            StorageFailed: S3 fails for this object, after all retries.
        """
        with self._translated(key, denied=ObjectDenied):
            self._client.put_object(
                Bucket=self.bucket, Key=key, Body=data, ContentType=content_type, Metadata=dict(metadata or {})
            )
        return Output(key, len(data), hashlib.sha256(data).hexdigest())

    def write_file(self, key: str, path: Path, content_type: str) -> Output:
        """Write an object with the content of a file, and return its key, size and digest.

        Raises:
            ObjectDenied, StorageDenied, StorageFailed: as in `write`.
            OSError: the file cannot be read.
        """
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(2**20):
                digest.update(block)
            size = file.tell()
            file.seek(0)
            with self._translated(key, denied=ObjectDenied):
                self._client.put_object(Bucket=self.bucket, Key=key, Body=file, ContentType=content_type)
        return Output(key, size, digest.hexdigest())

    def commit(self, run: str, result: Result) -> None:
        """Write the result record of a file. With it the file counts as done, so write the file's transcripts first.

        Raises:
            ObjectDenied, StorageDenied, StorageFailed: as in `write`.
        """
        self.write(RunKeys(run).result(result.item.number), records.dump(result), "application/json")

    def fetch_model(self, name: str, folder: Path) -> None:
        """Download the files of model `name` below `models/` to `folder`.

        Raises:
            ModelMissing: there is no such model. The message lists the models that exist.
            StorageDenied: S3 denies access.
            StorageFailed: S3 fails, after all retries.
            DiskFailed: a file cannot be written to `folder`.
        """
        prefix = keys.model(name)
        with self._translated(prefix, denied=StorageDenied):
            model_keys = [entry["Key"] for page in self._pages(prefix) for entry in page.get("Contents", ())]
            if not model_keys:
                raise ModelMissing(
                    f"There is no model {prefix} in {self.bucket}; there is {self._model_names() or 'none at all'}. "
                    f"Upload {EXPECTED} there, or choose another model."
                )
            for key in model_keys:
                file_name = key[len(prefix) :]
                if file_name and "/" not in file_name:  # no folder marker of the S3 console, nothing in a folder below
                    self._download_file(key, folder / file_name)

    def _model_names(self) -> str:
        prefixes = (
            entry["Prefix"] for page in self._pages(keys.MODELS_FOLDER) for entry in page.get("CommonPrefixes", ())
        )
        return ", ".join(prefixes)

    def _download_file(self, key: str, path: Path) -> None:
        try:
            self._client.download_file(self.bucket, key, str(path))
        except OSError as error:
            raise DiskFailed(f"{key} could not be written to {path.parent}: {error}") from error

    def _pages(self, prefix: str) -> Iterator[ListObjectsV2OutputTypeDef]:
        """Yield the pages of the list of objects and folders directly below `prefix`."""
        paginator = self._client.get_paginator("list_objects_v2")
        yield from paginator.paginate(Bucket=self.bucket, Prefix=prefix, Delimiter="/")

    def _read(self, key: str, denied: type[Exception] = StorageDenied) -> Optional[bytes]:
        """Return the content of a small object, or `None` if the object does not exist.

        Raises:
            Exception: an error of the class `denied`, if S3 denies access to the object.
            StorageDenied: S3 refuses the bucket or the credentials.
            StorageFailed: S3 fails, after all retries.
        """
        try:
            with self._translated(key, missing=KeyError, denied=denied):
                return b"".join(self._blocks({"Bucket": self.bucket, "Key": key}))
        except KeyError:
            return None

    def _translated(
        self,
        key: str,
        changed: type[Exception] = StorageFailed,
        missing: type[Exception] = StorageFailed,
        denied: type[Exception] = StorageFailed,
        archived: type[Exception] = StorageFailed,
    ) -> AbstractContextManager[None]:
        return translated(keys.uri(self.bucket, key), changed, missing, denied, archived)
