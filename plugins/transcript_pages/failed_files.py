"""The files in `failed/`: their list, their reasons, and their way back to `input/`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from transcript_pages.audio_bucket import AudioBucket, is_changed, is_missing
from transcript_pages.run_records import RunFile, read_json
from transcription.contract import keys
from transcription.contract.errors import InputError, OutputConflict

#: Number of objects in a page of a listing. Each file has a record beside it.
PAGE = 100
#: In bytes. CopyObject refuses larger objects. Source: Amazon S3 API Reference.
_COPY_LIMIT = 5 * 1024**3


class FileNotReturned(Exception):
    """Raised when a file in `failed/` cannot be sent back to `input/`; nothing was changed."""


class FailedFileChanged(FileNotReturned):
    """Raised when a file in `failed/` is not the one that a person saw; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("The file has changed or is gone. Reload the page.")


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

    @property
    def folder(self) -> str:
        """The folder of the file below `failed/`, without a slash at the end."""
        return self.name.rpartition("/")[0]


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
    with _unchanged():
        head = bucket.client.head_object(Bucket=bucket.name, Key=key)
        if head["ContentLength"] > _COPY_LIMIT:
            raise FileNotReturned("The file is larger than 5 GB. Upload it again instead.")
        _copy(bucket, key, etag, target)
        _delete(bucket, key, etag)
    return target


def delete_failed(bucket: AudioBucket, key: str, etag: str) -> None:
    """Delete a file in `failed/` and its record. The versions of the bucket keep the file.

    Args:
        bucket: the bucket.
        key: the key of the file in `failed/`.
        etag: the ETag that the file must have.

    Raises:
        FailedFileChanged: the file is another one by now, or is gone.
    """
    with _unchanged():
        bucket.client.head_object(Bucket=bucket.name, Key=key)
        _delete(bucket, key, etag)


def newer_transcript(bucket: AudioBucket, key: str, code: str) -> str:
    """Return the recording that was transcribed since a file failed, from a better file with the same name.

    Args:
        bucket: the bucket.
        key: the key of the file in `failed/`.
        code: why the file failed.

    Returns:
        The name of the recording; empty if its transcript is older, missing, or that of another file.
    """
    if code == OutputConflict.code:
        return ""
    try:
        name = keys.name_of(keys.INPUT_FOLDER + key.removeprefix(keys.FAILED_FOLDER))
    except InputError:
        return ""
    failed, transcript = bucket.head(key), bucket.head(keys.transcript_json(name))
    is_newer = failed and transcript and transcript["LastModified"] > failed["LastModified"]
    return name if is_newer else ""


def _delete(bucket: AudioBucket, key: str, etag: str) -> None:
    """Delete a file in `failed/` with this ETag, and then its record.

    Raises:
        ClientError: the file has changed, or S3 reports another error.
    """
    bucket.client.delete_object(Bucket=bucket.name, Key=key, IfMatch=f'"{etag}"')
    bucket.client.delete_object(Bucket=bucket.name, Key=keys.reason_beside(key))


@contextmanager
def _unchanged() -> Iterator[None]:
    """Raise FailedFileChanged if S3 says in the block that a file has changed or is gone."""
    try:
        yield
    except ClientError as error:
        if is_missing(error) or is_changed(error):
            raise FailedFileChanged from error
        raise


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
