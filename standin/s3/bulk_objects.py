"""Bulk objects: many objects with contents of their own, created in one call, for benchmarks and large tests."""

from __future__ import annotations

from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

from standin.s3.api import REQUEST_LOCK


def put(document: Any) -> int:
    """Create an object for each key, or replace the object that has this key.

    Args:
        document: `{"bucket": …, "objects": {key: text, …}}`.

    Returns:
        Number of objects.

    Raises:
        ValueError: The document is malformed, or the bucket does not exist.
    """
    match document:
        case {"bucket": str(bucket), "objects": dict(objects)} if all(isinstance(v, str) for v in objects.values()):
            pass
        case _:
            raise ValueError('Bulk objects are requested as {"bucket": "b", "objects": {"key": "content", …}}.')
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    with REQUEST_LOCK:
        try:
            for key, content in objects.items():
                backend.put_object(bucket, key, content.encode())
        except S3ClientError as error:
            raise ValueError(f"{bucket!r}: {error.message}") from error
    return len(objects)
