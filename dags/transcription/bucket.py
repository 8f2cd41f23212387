"""The audio bucket as the DAG's tasks see it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from botocore.config import Config
from botocore.exceptions import ClientError

from transcription.contract import records
from transcription.contract.errors import RecordMissing
from transcription.contract.manifest import Item

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Record = TypeVar("Record")

#: The most that a task does at once against S3; also the size of the connection pool.
CONCURRENCY = 16

#: CopyObject refuses more; above it the copy is made in parts. Source: Amazon S3 API Reference, CopyObject.
COPY_LIMIT = 5 * 1024**3


def is_missing(error: ClientError) -> bool:
    """Whether S3 says that the object is not there."""
    return error.response["Error"]["Code"] in {"NoSuchKey", "404"}


def is_changed(error: ClientError) -> bool:
    """Whether S3 says that the object is not the one that was named by its ETag, or exists already."""
    return error.response["Error"]["Code"] in {"PreconditionFailed", "412"}


class Found(NamedTuple):
    """An object in a listing: its ETag without quotes, its size in bytes."""

    key: str
    etag: str
    size: int


class Bucket:
    """One bucket. Methods raise `botocore.exceptions.ClientError` for whatever S3 refuses."""

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def client(self) -> S3Client:
        """The client of Airflow's connection `aws_default`; safe to use from many threads."""
        retries: Any = {"mode": "standard", "total_max_attempts": 8}
        return S3Hook(config=Config(max_pool_connections=CONCURRENCY, retries=retries)).get_conn()

    def list(self, prefix: str) -> Iterator[Found]:
        """Every object below `prefix`, page by page, in S3's order."""
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
            for each in page.get("Contents", []):
                yield Found(each["Key"], each["ETag"].strip('"'), each["Size"])

    def read(self, key: str) -> bytes | None:
        """The content of an object, or nothing where there is none."""
        try:
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

    def size(self, key: str) -> int | None:
        """The size of an object in bytes, or nothing where there is none."""
        try:
            return self.client.head_object(Bucket=self.name, Key=key)["ContentLength"]
        except ClientError as error:
            if is_missing(error):
                return None
            raise

    def copy(self, source: Item, target: str) -> None:
        """Copy an object, provided that it is still the one that was planned."""
        origin: Any = {"Bucket": self.name, "Key": source.key}
        condition: Any = {"CopySourceIfMatch": f'"{source.etag}"'}
        if source.size <= COPY_LIMIT:
            self.client.copy_object(Bucket=self.name, Key=target, CopySource=origin, **condition)
        else:
            self.client.copy(origin, self.name, target, ExtraArgs=condition)

    def delete(self, target: Item) -> None:
        """Delete an object, provided that it is still the one that was planned."""
        self.client.delete_object(Bucket=self.name, Key=target.key, IfMatch=f'"{target.etag}"')
