"""Records that several tasks may write at the same time: each write has a condition, so that one of them succeeds."""

from __future__ import annotations

from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from transcription.contract import records
from transcription.shared.bucket import Bucket
from transcription.shared.s3_errors import explain_denial, is_lost_race, is_missing


class RecordVersion[Record](NamedTuple):
    """A record as it is in the bucket, and the ETag of its object."""

    record: Record
    etag: str


def find[Record](bucket: Bucket, kind: type[Record], key: str) -> RecordVersion[Record] | None:
    """Return the record at `key` with its ETag, or None if there is no object.

    Raises:
        RecordInvalid: the object is not a record of the class `kind`.
        StorageDenied: S3 denies access.
    """
    try:
        with explain_denial(bucket.uri(key)):
            answer = bucket.client.get_object(Bucket=bucket.name, Key=key)
            record = records.load(kind, answer["Body"].read(), bucket.uri(key))
            return RecordVersion(record, answer["ETag"].strip('"'))
    except ClientError as error:
        if is_missing(error):
            return None
        raise


def replace(bucket: Bucket, key: str, record: Any, etag: str | None) -> str | None:
    """Write a record if the object at `key` is unchanged.

    Args:
        bucket: the bucket.
        key: the key of the object.
        record: the record.
        etag: the ETag that the object must have; None if there must be no object.

    Returns:
        The ETag of the written object, or None if another writer was first. It is also None if S3's answer was lost and
        botocore repeated the request, so the caller has to read the record before it gives up.

    Raises:
        StorageDenied: S3 denies access.
    """
    condition: Any = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": f'"{etag}"'}
    body = records.dump(record)
    try:
        with explain_denial(bucket.uri(key)):
            answer = bucket.client.put_object(
                Bucket=bucket.name, Key=key, Body=body, ContentType="application/json", **condition
            )
    except ClientError as error:
        if is_lost_race(error):
            return None
        raise
    return answer["ETag"].strip('"')


def delete(bucket: Bucket, key: str, etag: str) -> None:
    """Delete an object if it has this ETag.

    Raises:
        StorageDenied: S3 denies access.
    """
    try:
        with explain_denial(bucket.uri(key)):
            bucket.client.delete_object(Bucket=bucket.name, Key=key, IfMatch=f'"{etag}"')
    except ClientError as error:
        if not is_lost_race(error):
            raise
