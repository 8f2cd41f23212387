"""Tell S3's errors apart, and explain denied access."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from transcription.contract import s3_error_codes
from transcription.contract.errors import StorageDenied


def is_missing(error: ClientError) -> bool:
    """Return whether S3 says that the object does not exist."""
    return _code(error) in s3_error_codes.MISSING


def is_changed(error: ClientError) -> bool:
    """Return whether S3 says that the object does not have the required ETag, or exists although it must not."""
    return _code(error) in s3_error_codes.CHANGED


@contextmanager
def explain_denial(uri: str) -> Iterator[None]:
    """Replace S3's errors of denied access, raised in the block, by one that says what to do.

    Args:
        uri: the object or folder to which the block sends requests, for the message.

    Raises:
        StorageDenied: access is denied, or the bucket does not exist.
    """
    try:
        yield
    except ClientError as error:
        if _code(error) not in s3_error_codes.DENIED:
            raise
        raise StorageDenied(
            f"S3 refused {error.operation_name} at {uri} ({_code(error)}). Check that the bucket exists and that "
            "Airflow's role may do this, then clear this task."
        ) from error


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
