"""The audio bucket, as the DAG's tasks use it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from botocore.config import Config
from botocore.exceptions import ClientError

from transcription.contract import keys, records
from transcription.contract.errors import ObjectDenied, RecordMissing, StorageDenied
from transcription.contract.log_text import printable
from transcription.contract.manifest import Item
from transcription.contract.xml_text import NOT_XML
from transcription.shared.listed_object import ListedObject
from transcription.shared.s3_errors import explain_denial, explain_refusal, is_changed, is_missing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Record = TypeVar("Record")

#: Number of requests that a task sends to S3 at once; also the size of the connection pool.
CONCURRENCY = 16

#: Number of keys that S3 lists, or deletes, in one request at most. Source: Amazon S3 API Reference.
PAGE = 1_000

#: In bytes. Larger objects are copied in parts, because CopyObject refuses them. Source: Amazon S3 API Reference.
COPY_LIMIT = 5 * 1024**3

#: Seconds for which a successful listing of the bucket proves that S3 refuses single objects only.
PROBE_SECONDS = 5.0


class Bucket:
    """A bucket in S3.

    Methods raise `StorageDenied` if S3 refuses the bucket, the credentials or every request, `ObjectDenied` if S3
    refuses one object, and `botocore.exceptions.ClientError` for any other error of S3.

    Args:
        name: the name of the bucket.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._last_probe = -PROBE_SECONDS

    def uri(self, key: str) -> str:
        """Return the `s3://` address of an object or a folder, for messages: control characters are escaped."""
        return printable(keys.uri(self.name, key))

    def _denials_at(self, key: str) -> AbstractContextManager[None]:
        return explain_denial(self.uri(key))

    def _refusals_at(self, key: str) -> AbstractContextManager[None]:
        return explain_refusal(self.uri(key), self._is_usable)

    def _is_usable(self) -> bool:
        """Return whether S3 answers a listing, which every task needs. If so, a refusal concerns one object only."""
        now = time.monotonic()
        if now - self._last_probe >= PROBE_SECONDS:
            try:
                with self._denials_at(keys.INPUT_FOLDER):
                    self.client.list_objects_v2(Bucket=self.name, Prefix=keys.INPUT_FOLDER, MaxKeys=1)
            except StorageDenied:
                return False
            self._last_probe = now
        return True

    @cached_property
    def client(self) -> S3Client:
        """The S3 client of Airflow's connection `aws_default`; safe to use from many threads."""
        retries: Any = {"mode": "standard", "total_max_attempts": 8}
        return S3Hook(config=Config(max_pool_connections=CONCURRENCY, retries=retries)).get_conn()

    def list(self, prefix: str) -> Iterator[ListedObject]:
        """Yield the objects whose keys start with `prefix`, in UTF-8 order, with one request per `PAGE` objects."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix, OptionalObjectAttributes=["RestoreStatus"]
        )
        with self._denials_at(prefix):
            for page in pages:
                for entry in page.get("Contents", []):
                    yield ListedObject.from_entry(entry)

    def list_page(self, prefix: str, after: str) -> tuple[set[str], str | None]:
        """List up to `PAGE` keys that start with `prefix` and follow the key `after`, in one request.

        Returns:
            The keys, and the last of these keys. The second value is None if no more keys follow.
        """
        with self._denials_at(prefix):
            page = self.client.list_objects_v2(Bucket=self.name, Prefix=prefix, StartAfter=after)
        listed = [entry["Key"] for entry in page.get("Contents", [])]
        return set(listed), listed[-1] if page["IsTruncated"] else None

    def folders(self, prefix: str) -> set[str]:
        """Return the folders with a slash at their end whose names start with `prefix`, up to the first slash."""
        with self._denials_at(prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix, Delimiter="/"
            )
            return {entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])}

    def find(self, key: str) -> ListedObject | None:
        """Return an object's key, ETag and size, or None if the object does not exist."""
        try:
            with self._refusals_at(key):
                head = self.client.head_object(Bucket=self.name, Key=key)
            return ListedObject(key, head["ETag"].strip('"'), head["ContentLength"])
        except ClientError as error:
            if is_missing(error):
                return None
            raise

    def read(self, key: str) -> bytes | None:
        """Return an object's content, or None if the object does not exist."""
        try:
            with self._refusals_at(key):
                return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        except ClientError as error:
            if is_missing(error):
                return None
            raise

    def find_record(self, kind: type[Record], key: str) -> Record | None:
        """Return the record at `key`, or None if there is no object.

        Args:
            kind: the class of the record.
            key: the key of the object.

        Raises:
            RecordInvalid: the object is not such a record.
        """
        data = self.read(key)
        return None if data is None else records.load(kind, data, self.uri(key))

    def read_record(self, kind: type[Record], key: str, writer: str = "") -> Record:
        """Return the record at `key`.

        Args:
            kind: the class of the record.
            key: the key of the object.
            writer: the task that writes the record. The error for a missing record names this task.

        Raises:
            RecordMissing: there is no object.
            RecordInvalid: the object is not such a record.
        """
        record = self.find_record(kind, key)
        if record is None:
            advice = "Clear the run from its first task that is not green."
            if writer:
                advice = (
                    f"If somebody marked the task {writer} as successful, it did not write this. "
                    f"Clear the task {writer} and those after it."
                )
            raise RecordMissing(f"{self.uri(key)} does not exist, although an earlier task writes it. {advice}")
        return record

    def write_record(self, key: str, record: Any, *, once: bool = False) -> bool:
        """Write a record, and replace an object that exists already.

        Args:
            key: the key of the object.
            record: the record.
            once: whether an object that exists already stays instead.

        Returns:
            Whether the record was written.
        """
        condition: dict[str, Any] = {"IfNoneMatch": "*"} if once else {}
        try:
            with self._refusals_at(key):
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

    def copy(self, source: Item, target: str) -> None:
        """Copy an object within the bucket, if the object is unchanged since the run was planned.

        Args:
            source: the object.
            target: the key of the copy.

        Raises:
            ObjectDenied: S3 refuses to read `source` or to write `target`; the message names both.
            ClientError: the object changed or no longer exists, or S3 reports another error.
        """
        origin: Any = {"Bucket": self.name, "Key": source.key}
        condition: Any = {"CopySourceIfMatch": f'"{source.etag}"'}
        with explain_refusal(f"{self.uri(target)}, a copy of {self.uri(source.key)}", self._is_usable):
            if source.size <= COPY_LIMIT:
                self.client.copy_object(Bucket=self.name, Key=target, CopySource=origin, **condition)
            else:
                self._copy_in_parts(origin, target, condition)

    def _copy_in_parts(self, origin: Any, target: str, condition: Any) -> None:
        try:
            self.client.copy(origin, self.name, target, ExtraArgs=condition)
        except ClientError:
            raise
        except Exception as error:  # s3transfer's class for a changed source does not exist in Airflow 3.0
            raise ClientError({"Error": {"Code": "CopyFailed", "Message": str(error)}}, "CopyObject") from error

    def delete(self, targets: Sequence[Item]) -> Mapping[Item, ObjectDenied | None]:
        """Delete those of up to `PAGE` objects that are unchanged since the run was planned.

        Returns:
            The items that were not deleted, in the order of `targets`. The value of an item is S3's refusal, or None if
            the object changed or no longer exists.
        """
        # The request that deletes several objects is XML, so it can name only such keys.
        in_one_request = [target for target in targets if not NOT_XML.search(target.key)]
        not_deleted = self._delete_together(in_one_request) if in_one_request else {}
        for target in set(targets) - set(in_one_request):
            not_deleted |= self._delete_one(target)
        return {target: not_deleted[target.key] for target in targets if target.key in not_deleted}

    def _delete_together(self, targets: Sequence[Item]) -> dict[str, ObjectDenied | None]:
        """Delete unchanged objects with one request, or with one request for each object if S3 refuses that.

        Returns:
            The keys of the objects that were not deleted, with the values that `delete` returns.
        """
        objects: Any = [{"Key": target.key, "ETag": f'"{target.etag}"'} for target in targets]
        not_deleted: dict[str, ObjectDenied | None] = {}
        try:
            with self._refusals_at(targets[0].key):
                answer = self.client.delete_objects(Bucket=self.name, Delete={"Objects": objects, "Quiet": True})
        except ObjectDenied:  # S3 refuses a whole request because of one key in it, for example a malformed one
            for target in targets:
                not_deleted |= self._delete_one(target)
            return not_deleted
        for entry in answer.get("Errors", []):
            # Entries have no HTTP status of their own; all but temporary ones are errors of the caller.
            response: Any = {"Error": entry, "ResponseMetadata": {"HTTPStatusCode": 400}}
            not_deleted[entry["Key"]] = self._refusal(entry["Key"], ClientError(response, "DeleteObjects"))
        return not_deleted

    def _delete_one(self, target: Item) -> dict[str, ObjectDenied | None]:
        """Delete one unchanged object.

        Returns:
            The key of the object if it was not deleted, with the value that `delete` returns; otherwise an empty
            dictionary.
        """
        try:
            self.client.delete_object(Bucket=self.name, Key=target.key, IfMatch=f'"{target.etag}"')
        except ClientError as error:
            return {target.key: self._refusal(target.key, error)}
        return {}

    def _refusal(self, key: str, error: ClientError) -> ObjectDenied | None:
        """Return S3's refusal to delete an object, or None if the object changed or does not exist.

        Raises:
            StorageDenied: S3 refuses more than this object.
            ClientError: any other error.
        """
        try:
            with self._refusals_at(key):
                raise error
        except ObjectDenied as refusal:
            return refusal
        except ClientError:
            if is_missing(error) or is_changed(error):
                return None
            raise
