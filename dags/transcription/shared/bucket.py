"""The audio bucket as the DAG's tasks see it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from botocore.config import Config
from botocore.exceptions import ClientError

from transcription.contract import records
from transcription.contract.errors import RecordMissing, StorageDenied
from transcription.contract.manifest import Item

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Record = TypeVar("Record")

#: The most that a task does at once against S3; also the size of the connection pool.
CONCURRENCY = 16

#: How many keys S3 lists, or deletes, in one call at the most. Source: Amazon S3 API Reference.
PAGE = 1_000

#: CopyObject refuses more; above it the copy is made in parts. Source: Amazon S3 API Reference, CopyObject.
COPY_LIMIT = 5 * 1024**3


def is_missing(error: ClientError) -> bool:
    """Whether S3 says that the object is not there."""
    return error.response["Error"]["Code"] in {"NoSuchKey", "404"}


def is_changed(error: ClientError) -> bool:
    """Whether S3 says that the object is not the one that was named by its ETag, or exists already."""
    return error.response["Error"]["Code"] in {"PreconditionFailed", "412"}


#: Access denied, or no such bucket: nothing that trying again, or the next file, would change.
_DENIED = {"AccessDenied", "403", "AllAccessDisabled", "ExpiredToken", "InvalidAccessKeyId", "NoSuchBucket"}

#: Characters that XML 1.0 cannot hold, and so no request that deletes many objects.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class ListedObject(NamedTuple):
    """An object in a listing: its ETag without quotes, its size in bytes."""

    key: str
    etag: str
    size: int


class Bucket:
    """One bucket.

    Methods raise `StorageDenied` where we may not do what they do, or there is no such bucket, and
    `botocore.exceptions.ClientError` for whatever else S3 refuses.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @contextmanager
    def _at(self, key: str) -> Iterator[None]:
        """Say where S3 refused something, and what to do."""
        try:
            yield
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in _DENIED:
                raise
            raise StorageDenied(
                f"S3 refused {error.operation_name} at s3://{self.name}/{key} ({code}). Check that the bucket exists "
                "and that Airflow's role may do this, then clear this task."
            ) from error

    @cached_property
    def client(self) -> S3Client:
        """The client of Airflow's connection `aws_default`; safe to use from many threads."""
        retries: Any = {"mode": "standard", "total_max_attempts": 8}
        return S3Hook(config=Config(max_pool_connections=CONCURRENCY, retries=retries)).get_conn()

    def list(self, prefix: str) -> Iterator[ListedObject]:
        """Every object below `prefix`, page by page, in S3's order."""
        with self._at(prefix):
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
                for each in page.get("Contents", []):
                    yield ListedObject(each["Key"], each["ETag"].strip('"'), each["Size"])

    def list_page(self, prefix: str, after: str) -> tuple[set[str], str | None]:
        """The first keys below `prefix` that come after the key `after`.

        Returns:
            The keys, and the last of them; nothing for the last one where there are no more.
        """
        with self._at(prefix):
            page = self.client.list_objects_v2(Bucket=self.name, Prefix=prefix, StartAfter=after)
        found = [each["Key"] for each in page.get("Contents", [])]
        return set(found), found[-1] if page["IsTruncated"] else None

    def read(self, key: str) -> bytes | None:
        """The content of an object, or nothing where there is none."""
        try:
            with self._at(key):
                return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        except ClientError as error:
            if is_missing(error):
                return None
            raise

    def find_record(self, kind: type[Record], key: str) -> Record | None:
        """The record at `key`, or nothing where there is none.

        Raises:
            RecordInvalid: there is something else.
        """
        data = self.read(key)
        return None if data is None else records.load(kind, data, f"s3://{self.name}/{key}")

    def read_record(self, kind: type[Record], key: str) -> Record:
        """The record at `key`.

        Raises:
            RecordMissing: there is none.
            RecordInvalid: there is something else.
        """
        record = self.find_record(kind, key)
        if record is None:
            raise RecordMissing(
                f"s3://{self.name}/{key} is not there, although an earlier task wrote it. "
                "Clear the run from its first task that is not green."
            )
        return record

    def write_record(self, key: str, record: Any, *, once: bool = False) -> bool:
        """Write a record. With `once` an object that is there stays as it is.

        Returns:
            Whether it was written.
        """
        condition: dict[str, Any] = {"IfNoneMatch": "*"} if once else {}
        try:
            with self._at(key):
                self.client.put_object(
                    Bucket=self.name,
                    Key=key,
                    Body=records.dump(record),
                    ContentType="application/json",
                    **condition,
                )
        except ClientError as error:
            if once and is_changed(error):
                return False
            raise
        return True

    def find(self, key: str) -> ListedObject | None:
        """An object, or nothing where there is none."""
        try:
            with self._at(key):
                head = self.client.head_object(Bucket=self.name, Key=key)
            return ListedObject(key, head["ETag"].strip('"'), head["ContentLength"])
        except ClientError as error:
            if is_missing(error):
                return None
            raise

    def copy(self, source: Item, target: str) -> None:
        """Copy an object, provided that it is still the one that was planned."""
        origin: Any = {"Bucket": self.name, "Key": source.key}
        condition: Any = {"CopySourceIfMatch": f'"{source.etag}"'}
        with self._at(target):
            if source.size <= COPY_LIMIT:
                self.client.copy_object(Bucket=self.name, Key=target, CopySource=origin, **condition)
            else:
                self._copy_in_parts(origin, target, condition)

    def _copy_in_parts(self, origin: Any, target: str, condition: Any) -> None:
        try:
            self.client.copy(origin, self.name, target, ExtraArgs=condition)
        except ClientError:
            raise
        except Exception as error:  # s3transfer has its own for a changed source, and in Airflow 3.0 has not
            raise ClientError({"Error": {"Code": "CopyFailed", "Message": str(error)}}, "CopyObject") from error

    def delete(self, targets: Sequence[Item]) -> Sequence[Item]:
        """Delete up to `PAGE` objects, each provided that it is still the one that was planned.

        Returns:
            Those that were not deleted, because they are not.
        """
        together = [each for each in targets if not _NOT_XML.search(each.key)]
        kept = self._delete_together(together) if together else set()
        for each in set(targets) - set(together):
            kept |= self._delete_one(each)
        return [each for each in targets if each.key in kept]

    def _delete_together(self, targets: Sequence[Item]) -> set[str]:
        objects: Any = [{"Key": each.key, "ETag": f'"{each.etag}"'} for each in targets]
        with self._at(targets[0].key):
            answer = self.client.delete_objects(Bucket=self.name, Delete={"Objects": objects, "Quiet": True})
        errors = {each["Key"]: ClientError({"Error": each}, "DeleteObjects") for each in answer.get("Errors", [])}
        for key, error in errors.items():
            with self._at(key):
                if not (is_missing(error) or is_changed(error)):
                    raise error
        return set(errors)

    def _delete_one(self, target: Item) -> set[str]:
        try:
            with self._at(target.key):
                self.client.delete_object(Bucket=self.name, Key=target.key, IfMatch=f'"{target.etag}"')
        except ClientError as error:
            if is_missing(error) or is_changed(error):
                return {target.key}
            raise
        return set()
