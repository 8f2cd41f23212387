"""The search for planned inputs that a newer run has moved."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched

from transcription.contract import keys
from transcription.contract.errors import ObjectDenied
from transcription.contract.manifest import Item
from transcription.shared.bucket import CONCURRENCY, PAGE, Bucket


def is_moved(bucket: Bucket, item: Item) -> bool:
    """Return whether a run moved an input: `input/` no longer contains it, and `processed/` or `failed/` has a copy.

    Call this function only for an input without a result record. The run that planned such an input does not move it,
    so another run did. An input that S3 refuses to show does not count as moved.
    """
    try:
        current = bucket.find(item.key)
        if current is not None and current.etag == item.etag:
            return False
        copies = [bucket.find(folder(item.key)) for folder in (keys.processed, keys.failed)]
    except ObjectDenied:
        return False
    # Encryption and copying in parts can give a copy another ETag.
    return any(copy is not None and copy.size == item.size for copy in copies)


def find_moved(bucket: Bucket, items: Sequence[Item]) -> list[Item]:
    """Return the items that `is_moved` calls moved.

    S3 gets one request for an item that is still in `input/`, and three requests for any other item.
    """
    moved: list[Item] = []
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        # A pool makes an object for every item that waits, so it gets no more than a page at a time.
        for page in batched(items, PAGE):
            are_moved = pool.map(lambda item: is_moved(bucket, item), page)
            moved += [item for item, is_moved_item in zip(page, are_moved, strict=True) if is_moved_item]
    return moved
