"""Moving: a file leaves `input/` only when what replaces it is there, and only if it is still the same file."""

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

_TARGETS = {result.TRANSCRIBED: keys.processed, DONE_BEFORE: keys.processed, result.FAILED: keys.failed}


def move(bucket: Bucket, outcomes: Outcomes) -> Outcomes:
    """Move what is transcribed to `processed/` and what never can be to `failed/`; leave all else where it is.

    One copy for each file, one deletion for each 1,000: the fewest requests that S3 can do it with. It may be stopped
    at any point and run again: a file is copied before it is deleted, and one that is already gone from `input/` counts
    as moved when its copy is there.
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
    gone = set(copied) - set(bucket.delete(copied))
    doubtful = {outcome.item for outcome in to_move} - gone
    return list(pool.map(lambda each: _look(bucket, each) if each.item in doubtful else each, outcomes))


def _copy(bucket: Bucket, outcome: Outcome) -> bool:
    """Whether a copy was made of the very object that was planned."""
    try:
        bucket.copy(outcome.item, _TARGETS[outcome.status](outcome.item.key))
    except ClientError as error:
        log.warning("%r was not copied: %s", outcome.item.key, error)
        return False
    if outcome.status == result.FAILED:
        bucket.write_record(keys.failed_reason(outcome.item.key), outcome)
    return True


def _look(bucket: Bucket, outcome: Outcome) -> Outcome:
    """What became of a file that is not, or no longer, the object that was planned."""
    item = outcome.item
    there = bucket.find(item.key)
    if there is None:
        # The answer to a deletion can be lost, and a move that was cut off is done again.
        copy = bucket.find(_TARGETS[outcome.status](item.key))
        if copy is not None and copy.size == item.size:
            return outcome
        deleted = InputDeleted(f"{item.key!r} was deleted during the run; nothing is left to move.")
        return _with(outcome, result.LEFT, deleted)
    if there.etag != item.etag:
        changed = InputChanged(f"{item.key!r} was uploaded again during the run; the next run takes it.")
        return _with(outcome, result.LEFT, changed)
    refused = StorageFailed(f"S3 did not move {item.key!r}, although it has not changed; the log says why.")
    return _with(outcome, MISSING, refused)


def _with(outcome: Outcome, status: str, error: TranscriptionError) -> Outcome:
    return replace(outcome, status=status, failure=Failure(error.code, error.message))
