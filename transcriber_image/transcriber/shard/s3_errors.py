"""The translation of errors of S3 into the project's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import SSLError

from transcription.contract import s3_error_codes
from transcription.contract.errors import StorageDenied, StorageFailed


@contextmanager
def translated(
    where: str,
    changed: type[Exception] = StorageFailed,
    missing: type[Exception] = StorageFailed,
    denied: type[Exception] = StorageFailed,
    archived: type[Exception] = StorageFailed,
) -> Iterator[None]:
    """Replace errors of S3 that the block raises with errors that say what to do.

    Args:
        where: The object as `s3://bucket/key`, for the message.
        changed: The class to raise if the object is not the one that `IfMatch` asks for.
        missing: The class to raise if the object does not exist.
        denied: The class to raise if access to the object is denied.
        archived: The class to raise if the object is archived.

    Raises:
        StorageDenied: the bucket or the credentials are refused.
        StorageFailed: any other error of S3, after all retries.
    """
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in s3_error_codes.CHANGED:
            raise changed(f"{where} was uploaded again after planning. The next run takes it.") from error
        if code in s3_error_codes.MISSING:
            raise missing(f"{where} was deleted after planning.") from error
        if code in s3_error_codes.ARCHIVED:
            raise archived(f"{where} is archived and cannot be read. Restore it first: {error}") from error
        if code in s3_error_codes.DENIED:
            refusal = StorageDenied if code in s3_error_codes.BUCKET_DENIED else denied
            raise refusal(
                f"{where}: {error}. Check the job role's permissions, the bucket's policy, and the owner and "
                "encryption of the object."
            ) from error
        raise _failed(where, error) from error
    except (BotoCoreError, Boto3Error, SSLError) as error:  # botocore passes on SSLError while it reads a body
        raise _failed(where, error) from error


def _failed(where: str, error: Exception) -> StorageFailed:
    return StorageFailed(f"{where}: {error}. The input stays in input/; the next run takes it.")
