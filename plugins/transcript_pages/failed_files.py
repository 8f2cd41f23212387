"""The files in `failed/`: their list, their reasons, and their way back to `input/`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from transcript_pages.audio_bucket import AudioBucket, is_changed, is_missing
from transcript_pages.run_records import RunFile, read_json
from transcription.contract import keys

#: Number of objects in a page of a listing. Each file has a record beside it.
PAGE = 100
#: In bytes. CopyObject refuses larger objects. Source: Amazon S3 API Reference.
_COPY_LIMIT = 5 * 1024**3


class FileNotReturned(Exception):
    """Raised when a file in `failed/` cannot be sent back to `input/`; nothing was changed."""


@dataclass(frozen=True)
class FailedFile:
    """A file in `failed/`."""

    key: str
    etag: str
    #: In bytes.
    size: int
    failed: datetime

    @property
    def name(self) -> str:
        """The path below `failed/`."""
        return self.key.removeprefix(keys.FAILED_FOLDER)


def list_failed(bucket: AudioBucket, prefix: str, token: str = "") -> tuple[Sequence[FailedFile], str]:
    """Return a page of the failed files whose names start with `prefix`, and the token of the next page."""
    start: dict[str, Any] = {"ContinuationToken": token} if token else {}
    page = bucket.client.list_objects_v2(Bucket=bucket.name, Prefix=keys.FAILED_FOLDER + prefix, MaxKeys=PAGE, **start)
    files = [
        FailedFile(entry["Key"], entry["ETag"].strip('"'), entry["Size"], entry["LastModified"])
        for entry in page.get("Contents", [])
        if keys.is_failed_file(entry["Key"])
    ]
    return files, page.get("NextContinuationToken", "")


def read_reason(bucket: AudioBucket, key: str) -> RunFile:
    """Return why a file in `failed/` failed. Without a record, the code is empty."""
    return RunFile.from_json(read_json(bucket, keys.reason_beside(key)))


def return_to_input(bucket: AudioBucket, key: str, etag: str) -> str:
    """Move a file from `failed/` back to `input/`, so that the next run tries it again.

    Args:
        bucket: the bucket.
        key: the key of the file in `failed/`.
        etag: the ETag that the file must have.

    Returns:
        The key of the file in `input/`.

    Raises:
        FileNotReturned: the file is another one by now, does not exist, is too large, or its name is taken.
    """
    target = read_reason(bucket, key).key
    is_own = target.startswith(keys.INPUT_FOLDER) and keys.failed(target) == key
    if not is_own:  # there is no record, or a foreign one
        target = keys.INPUT_FOLDER + key.removeprefix(keys.FAILED_FOLDER)
    try:
        head = bucket.client.head_object(Bucket=bucket.name, Key=key)
        if head["ContentLength"] > _COPY_LIMIT:
            raise FileNotReturned("The file is larger than 5 GB. Upload it again instead.")
        _copy(bucket, key, etag, target)
        bucket.client.delete_object(Bucket=bucket.name, Key=key, IfMatch=f'"{etag}"')
    except ClientError as error:
        if is_missing(error) or is_changed(error):
            raise FileNotReturned("The file has changed or is gone. Reload the page.") from error
        raise
    bucket.client.delete_object(Bucket=bucket.name, Key=keys.reason_beside(key))
    return target


def _copy(bucket: AudioBucket, key: str, etag: str, target: str) -> None:
    """Copy a file with this ETag to `target`, at which there must be no other file.

    Raises:
        FileNotReturned: there is another file.
        ClientError: the file at `key` has changed or is gone, or S3 reports another error.
    """
    source: Any = {"Bucket": bucket.name, "Key": key}
    try:
        bucket.client.copy_object(Bucket=bucket.name, Key=target, CopySource=source, CopySourceIfMatch=f'"{etag}"')
    except ClientError as error:
        existing = bucket.head(target) if is_changed(error) else None
        if existing is None:
            raise
        # The same file is there if S3's answer to the copy was lost, and botocore sent the request again.
        if existing["ETag"].strip('"') != etag:
            raise FileNotReturned(f"There is a file at {target} already. The next run takes it.") from error
