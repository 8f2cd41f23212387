"""Moving: a file leaves `input/` only when what replaces it is there, and only if it is still the same file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from botocore.exceptions import ClientError

from transcription.bucket import CONCURRENCY, Bucket, is_changed, is_missing
from transcription.contract import keys, result
from transcription.contract.errors import InputChanged, InputDeleted
from transcription.contract.manifest import Failure, Item
from transcription.outcomes import Outcome, Outcomes


def move(bucket: Bucket, outcomes: Outcomes) -> Outcomes:
    """Move what is transcribed to `processed/` and what never can be to `failed/`; leave all else where it is.

    It may be stopped at any point and run again: a file is copied before it is deleted, and one that is already
    gone from `input/` counts as moved when its copy is there.
    """
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        return replace(outcomes, files=tuple(pool.map(lambda outcome: _move(bucket, outcome), outcomes.files)))


def _move(bucket: Bucket, outcome: Outcome) -> Outcome:
    item = outcome.item
    if outcome.status == result.TRANSCRIBED:
        target = keys.processed(item.key)
    elif outcome.status == result.FAILED:
        target = keys.failed(item.key)
    else:
        return outcome
    try:
        bucket.copy(item, target)
        if outcome.status == result.FAILED:
            bucket.write_record(keys.failed_reason(item.key), outcome)
        bucket.delete(item)
    except ClientError as error:
        if not (is_missing(error) or is_changed(error)):
            raise
        # A delete whose answer was lost is sent again, and S3 may call the delete marker it then finds a change.
        if bucket.size(item.key) is not None:
            return _left(outcome, _changed(item))
        if bucket.size(target) != item.size:
            return _left(outcome, _deleted(item))
    return outcome


def _left(outcome: Outcome, failure: Failure) -> Outcome:
    return replace(outcome, status=result.LEFT, failure=failure)


def _deleted(item: Item) -> Failure:
    return Failure(InputDeleted.code, f"{item.key!r} was deleted during the run; nothing is left to move.")


def _changed(item: Item) -> Failure:
    return Failure(InputChanged.code, f"{item.key!r} was uploaded again during the run; the next run takes it.")
