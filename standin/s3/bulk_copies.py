"""Bulk copies: many objects created in one call, for benchmarks and large tests.

With single requests, 100,000 objects would take minutes.
"""

from __future__ import annotations

from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

from standin.s3.api import REQUEST_LOCK


def put(document: Any) -> int:
    """Copy an object to many keys of its bucket.

    Args:
        document: `{"bucket": …, "source": key, "keys": [key, …]}`.

    Returns:
        Number of copies.

    Raises:
        ValueError: The document is malformed, or the bucket or the source does not exist.
    """
    match document:
        case {"bucket": str(bucket), "source": str(source), "keys": [*keys]} if all(isinstance(k, str) for k in keys):
            pass
        case _:
            raise ValueError('Bulk copies are requested as {"bucket": "b", "source": "key", "keys": ["key", …]}.')
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    with REQUEST_LOCK:
        try:
            original = backend.get_object(bucket, source)
            if original is None:
                raise ValueError(f"There is no object {source!r} in {bucket!r}.")
            for key in keys:
                backend.copy_object(original, bucket, key)
        except S3ClientError as error:
            raise ValueError(f"{bucket!r}: {error.message}") from error
    return len(keys)
