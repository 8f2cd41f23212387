"""S3, as the container uses it: read a shard and its inputs, write transcripts, then the records that commit them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Optional

import boto3
import boto3.compat
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from urllib3.exceptions import SSLError

from transcriber.model.model_folder import EXPECTED
from transcription.contract import keys, records
from transcription.contract.errors import (
    DiskFailed,
    InputChanged,
    InputDeleted,
    ManifestMissing,
    ModelMissing,
    StorageDenied,
    StorageFailed,
)
from transcription.contract.manifest import Item, Shard
from transcription.contract.result import Output, Result

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef, ListObjectsV2OutputTypeDef

#: Retries with backoff for throttling, time-outs and lost connections. A child has nothing better to do than to wait.
_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 6}, connect_timeout=10, read_timeout=60, max_pool_connections=32
)
#: What botocore leaves to its callers is an answer that breaks off in its middle. So many are asked for.
_ANSWERS = 5
_BROKEN_OFF = (ResponseStreamingError, IncompleteReadError, ReadTimeoutError, SSLError)

# It warns of Python 3.9 at each start; DeepSpeech has no wheels for a later one.
boto3.compat.filter_python_deprecation_warnings()

_DENIED = ("AccessDenied", "403", "AllAccessDisabled", "ExpiredToken", "InvalidAccessKeyId", "NoSuchBucket")
_MISSING = ("NoSuchKey", "404")


class Store:
    """One bucket."""

    def __init__(self, bucket: str) -> None:
        #: Its name.
        self.bucket = bucket
        self._client: S3Client = boto3.client("s3", config=_CONFIG)

    def shard(self, run: str, draft: str, index: int) -> Shard:
        """What child `index` of a run's job has to do; the job says which draft of the manifest is its own.

        Raises:
            ManifestMissing: the run has no such shard.
            RecordInvalid: it was written by another version.
        """
        key = keys.RunKeys(run).shard(draft, index)
        data = self._read(key)
        if data is None:
            raise ManifestMissing(f"There is no {key} in {self.bucket}. Is the run's name right, and the job its own?")
        return records.load(Shard, data, key)

    def result(self, run: str, item: Item) -> Optional[Result]:
        """What an earlier attempt made of `item`, if there was one."""
        key = keys.RunKeys(run).result(item.number)
        data = self._read(key)
        return None if data is None else records.load(Result, data, key)

    def download(self, item: Item) -> Iterator[bytes]:
        """The content of an input in blocks, provided that it is still the object that was planned.

        Where an answer breaks off in its middle, the next request goes on from there.

        Raises:
            InputChanged, InputDeleted: it is not; the next run takes what is there now.
            StorageFailed: S3 does not give it, after all retries.
        """
        with self._translated(item.key, changed=InputChanged, missing=InputDeleted):
            yield from self._blocks({"Bucket": self.bucket, "Key": item.key, "IfMatch": f'"{item.etag}"'})

    def _blocks(self, request: GetObjectRequestTypeDef) -> Iterator[bytes]:
        """The content of an object; where an answer breaks off, the next one goes on with the same object."""
        offset = 0
        for retry in reversed(range(_ANSWERS)):
            if offset:
                request["Range"] = f"bytes={offset}-"
            try:
                answer = self._client.get_object(**request)
                request["IfMatch"] = answer["ETag"]
                with closing(answer["Body"]) as body:
                    for block in body.iter_chunks(2**20):
                        offset += len(block)
                        yield block
            except _BROKEN_OFF:
                if not retry:
                    raise
            else:
                return

    def write(self, key: str, data: bytes, content_type: str) -> Output:
        """Write a transcript.

        Raises:
            StorageDenied: S3 does not let us; the next file would fare no better.
        """
        with self._translated(key, denied=StorageDenied):
            self._client.put_object(Bucket=self.bucket, Key=key, Body=data, ContentType=content_type)
        return Output(key, len(data), hashlib.sha256(data).hexdigest())

    def commit(self, run: str, result: Result) -> None:
        """Write the record that makes a file done, after everything it speaks of."""
        self.write(keys.RunKeys(run).result(result.item.number), records.dump(result), "application/json")

    def fetch_model(self, name: str, folder: Path) -> None:
        """Copy the files of model `name` below `models/` into `folder`.

        Raises:
            ModelMissing: there is no such model; the message lists those that there are.
        """
        prefix = keys.model(name)
        with self._translated(prefix, denied=StorageDenied):
            found = [key for page in self._pages(prefix) for key in (each["Key"] for each in page.get("Contents", ()))]
            if not found:
                known = [each["Prefix"] for page in self._pages(keys.MODELS) for each in page.get("CommonPrefixes", ())]
                raise ModelMissing(
                    f"There is no model {prefix} in {self.bucket}; there is {', '.join(known) or 'none at all'}. "
                    f"Upload {EXPECTED} there, or choose another model."
                )
            for key in found:
                if not key.endswith("/"):  # the console's folder marker
                    self._fetch(key, folder / key[len(prefix) :])

    def _fetch(self, key: str, path: Path) -> None:
        try:
            self._client.download_file(self.bucket, key, str(path))
        except OSError as error:
            raise DiskFailed(f"{key} could not be written to {path.parent}: {error}") from error

    def _pages(self, prefix: str) -> Iterator[ListObjectsV2OutputTypeDef]:
        """What lies directly below `prefix`."""
        paginator = self._client.get_paginator("list_objects_v2")
        yield from paginator.paginate(Bucket=self.bucket, Prefix=prefix, Delimiter="/")

    def _read(self, key: str) -> Optional[bytes]:
        """The content of a small object, or nothing where there is none."""
        try:
            with self._translated(key, missing=KeyError, denied=StorageDenied):
                return b"".join(self._blocks({"Bucket": self.bucket, "Key": key}))
        except KeyError:
            return None

    @contextmanager
    def _translated(
        self,
        key: str,
        changed: type[Exception] = StorageFailed,
        missing: type[Exception] = StorageFailed,
        denied: type[Exception] = StorageFailed,
    ) -> Iterator[None]:
        """Turn an error of S3 into the one that fits what was being done."""
        where = f"s3://{self.bucket}/{key}"
        try:
            yield
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "PreconditionFailed":
                raise changed(f"{where} was uploaded again after planning. The next run takes it.") from error
            if code in _MISSING:
                raise missing(f"{where} was deleted after planning.") from error
            if code in _DENIED:
                raise denied(f"{where}: {error}. Check the job role's permissions and the bucket's policy.") from error
            raise StorageFailed(
                f"{where}: {error}. What is not done stays in input/; the next run takes it."
            ) from error
        except (BotoCoreError, Boto3Error, SSLError) as error:  # of a body, botocore lets SSLError pass as it is
            raise StorageFailed(
                f"{where}: {error}. What is not done stays in input/; the next run takes it."
            ) from error
