"""The kinds of S3's errors, and errors that explain refused requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from transcription.contract import s3_error_codes
from transcription.contract.errors import ObjectDenied, StorageDenied

#: The HTTP statuses of errors that the caller made.
_CALLER_ERRORS = range(400, 500)


def is_missing(error: ClientError) -> bool:
    """Return whether S3 says that the object does not exist."""
    return _code(error) in s3_error_codes.MISSING


def is_changed(error: ClientError) -> bool:
    """Return whether S3 says that an object does not have the required ETag, or exists although it must not."""
    return _code(error) in s3_error_codes.CHANGED


def is_lost_race(error: ClientError) -> bool:
    """Return whether a conditional write failed because another writer changed or deleted the object first."""
    return is_changed(error) or is_missing(error) or _code(error) in s3_error_codes.CONFLICT


def words(error: ClientError) -> str:
    """Return the code of an error in brackets and S3's message, or `no message` if the message is empty."""
    message = error.response["Error"].get("Message") or "no message"
    return f"({_code(error)}): {message.rstrip('.')}."


@contextmanager
def explain_denial(uri: str) -> Iterator[None]:
    """Replace an error of S3 that means denied access by an error that says what to do.

    This is a context manager. Other errors that its block raises stay as they are.

    Args:
        uri: the folder to which the block sends requests, for the message.

    Raises:
        StorageDenied: access is denied, or the bucket does not exist.
    """
    try:
        yield
    except ClientError as error:
        if _code(error) not in s3_error_codes.DENIED:
            raise
        raise _storage_denied(uri, error) from error


@contextmanager
def explain_refusal(uri: str, is_usable: Callable[[], bool]) -> Iterator[None]:
    """Replace S3's refusal of a request for one object by an error that says what to do.

    This is a context manager. A refusal is every error that the caller caused (HTTP status 4xx) and that a later
    request does not solve: denied access, a lock, an encryption key that S3 cannot use, an archived object, a name that
    is too long. Other errors that the block raises stay as they are.

    Args:
        uri: the object to which the block sends requests, for the message.
        is_usable: a function that returns whether S3 answers another request for the bucket.

    Raises:
        StorageDenied: S3 refuses the bucket, the credentials or every request.
        ObjectDenied: S3 refuses this object, or this action on it.
    """
    try:
        yield
    except ClientError as error:
        if _code(error) in s3_error_codes.BUCKET_DENIED:
            raise _storage_denied(uri, error) from error
        if not _is_refusal(error):
            raise
        if not is_usable():
            raise _storage_denied(uri, error) from error
        raise ObjectDenied(
            f"S3 refused {error.operation_name} at {uri} {words(error)} Check the object's owner, encryption, lock, "
            "storage class and length of name, and that Airflow's role may do this."
        ) from error


def _is_refusal(error: ClientError) -> bool:
    if _code(error) in s3_error_codes.MISSING | s3_error_codes.CHANGED | s3_error_codes.TEMPORARY:
        return False
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in _CALLER_ERRORS


def _storage_denied(uri: str, error: ClientError) -> StorageDenied:
    return StorageDenied(
        f"S3 refused {error.operation_name} at {uri} {words(error)} Check that the bucket exists and that "
        "Airflow's role may do this, then clear this task."
    )


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
