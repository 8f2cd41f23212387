"""Move finished files out of `input/`.

A file leaves `input/` only after its copy exists, and only if it is still the object that was planned.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from itertools import batched

from botocore.exceptions import ClientError

from transcription.contract import keys, result
from transcription.contract.errors import InputChanged, InputDeleted, StorageFailed, TranscriptionError
from transcription.contract.manifest import Failure
from transcription.finish.outcomes import DONE_BEFORE, MISSING, Outcome, Outcomes
from transcription.shared.bucket import CONCURRENCY, PAGE, Bucket

log = logging.getLogger(__name__)

#: The function that makes the target key, by status. Files of any other status stay where they are.
_TARGETS = {result.TRANSCRIBED: keys.processed, DONE_BEFORE: keys.processed, result.FAILED: keys.failed}


def move(bucket: Bucket, outcomes: Outcomes) -> Outcomes:
    """Move transcribed files to `processed/` and files that can never be transcribed to `failed/`.

    The move may be stopped at any point and run again: a file is copied before it is deleted, and a file that is gone
    from `input/` counts as moved if its copy exists. It needs one copy request per file and one delete request per
    1,000 files, the fewest that S3 allows.

    Returns:
        The outcomes, changed for files that could not be moved.

    Raises:
        StorageDenied: S3 denies access to the bucket or to an object.
    """
    moved: list[Outcome] = []
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for batch in batched(outcomes.files, PAGE):
            moved += _move(bucket, batch, pool)
    return replace(outcomes, files=tuple(moved))


def _move(bucket: Bucket, outcomes: Sequence[Outcome], pool: Executor) -> list[Outcome]:
    to_move = [outcome for outcome in outcomes if outcome.status in _TARGETS]
    are_copied = pool.map(lambda outcome: _copy(bucket, outcome), to_move)
    copied = [outcome.item for outcome, is_copied in zip(to_move, are_copied, strict=True) if is_copied]
    deleted = set(copied) - set(bucket.delete(copied))
    not_moved = {outcome.item for outcome in to_move} - deleted
    return list(
        pool.map(lambda outcome: _check_again(bucket, outcome) if outcome.item in not_moved else outcome, outcomes)
    )


def _copy(bucket: Bucket, outcome: Outcome) -> bool:
    """Copy a file, and write the reason beside it if it goes to `failed/`.

    Returns:
        Whether S3 made the copy. It refuses if the object is no longer the one that was planned.
    """
    try:
        bucket.copy(outcome.item, _TARGETS[outcome.status](outcome.item.key))
    except ClientError as error:
        log.warning("%r was not copied: %s", outcome.item.key, error)
        return False
    if outcome.status == result.FAILED:
        bucket.write_record(keys.failed_reason(outcome.item.key), outcome)
    return True


def _check_again(bucket: Bucket, outcome: Outcome) -> Outcome:
    """Find out why a file was not copied or not deleted.

    Returns:
        The outcome as it was if the file has been moved after all; otherwise one with the reason.
    """
    item = outcome.item
    current = bucket.find(item.key)
    if current is None:
        # The answer to a delete request can be lost, and a move that was cut off runs again.
        copy = bucket.find(_TARGETS[outcome.status](item.key))
        if copy is not None and copy.size == item.size:
            return outcome
        deleted = InputDeleted(f"{item.key!r} was deleted during the run; nothing is left to move.")
        return _with_failure(outcome, result.LEFT, deleted)
    if current.etag != item.etag:
        changed = InputChanged(f"{item.key!r} was uploaded again during the run; the next run takes it.")
        return _with_failure(outcome, result.LEFT, changed)
    refused = StorageFailed(f"S3 did not move {item.key!r}, although it has not changed; the log says why.")
    return _with_failure(outcome, MISSING, refused)


def _with_failure(outcome: Outcome, status: str, error: TranscriptionError) -> Outcome:
    return replace(outcome, status=status, failure=Failure(error.code, error.message))
