"""The move of finished files out of `input/`.

A file leaves `input/` only after its copy exists, and only if the file is unchanged since the run was planned.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from itertools import batched

from botocore.exceptions import ClientError

from transcription.contract import keys, result
from transcription.contract.errors import InputChanged, InputDeleted, ObjectDenied, StorageFailed, TranscriptionError
from transcription.contract.manifest import Failure, Item
from transcription.finish import outcome_pages
from transcription.finish.outcome_pages import PageReader, PageWriter
from transcription.finish.outcomes import DONE_BEFORE, MISSING, Outcome, Outcomes
from transcription.shared.bucket import CONCURRENCY, PAGE, Bucket
from transcription.shared.file_progress import FileProgress
from transcription.shared.s3_errors import words

log = logging.getLogger(__name__)

#: The function that makes the target key, by status. Files of any other status stay where they are.
_TARGETS = {result.TRANSCRIBED: keys.processed, DONE_BEFORE: keys.processed, result.FAILED: keys.failed}


def move(bucket: Bucket, run: str, clearing: int) -> None:
    """Move transcribed files to `processed/` and files that can never be transcribed to `failed/`. Write the outcomes.

    The move may be stopped at any point and run again: a file is copied before it is deleted, and a file that is gone
    from `input/` counts as moved if its copy exists. After the task was killed, the next attempt continues with the
    page of files that it had begun. The move needs one copy request per file and one delete request per page, the
    fewest that S3 allows.

    The outcomes are those of verification. Those of files that could not be moved have another status and the reason:
    `MISSING` and S3's message if S3 refuses the object.

    Args:
        bucket: the audio bucket.
        run: the name of the run.
        clearing: a number that differs for each clearing of the task, and is the same for all attempts in between.

    Raises:
        RecordMissing: the task `verify_transcripts` has not written its outcomes.
        StorageDenied: S3 refuses the bucket, the credentials or every request.
    """
    verdicts = PageReader(bucket, outcome_pages.verdicts(run))
    template = Outcomes(run, (), f"{verdicts.generation}-{clearing}", verdicts.pages, verdicts.planned)
    writer = PageWriter(bucket, outcome_pages.moves(run), template)
    progress = FileProgress("moved", verdicts.planned)
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for page in range(verdicts.pages):
            written = writer.find(page)
            if written is not None:
                progress.skip(len(written.files))
                continue
            verified = verdicts.read(page)
            outcomes: list[Outcome] = []
            for batch in batched(verified.files, PAGE):
                outcomes += _move(bucket, batch, pool, progress)
            writer.write(page, tuple(outcomes), verified.texts)


def _move(bucket: Bucket, outcomes: Sequence[Outcome], pool: Executor, progress: FileProgress) -> list[Outcome]:
    to_move = [outcome for outcome in outcomes if outcome.status in _TARGETS]
    progress.count(len(outcomes) - len(to_move))
    copied: dict[Item, Outcome] = {}
    not_moved: dict[Item, TranscriptionError | None] = {}
    copies = pool.map(lambda outcome: _copy(bucket, outcome), to_move)
    for outcome, error in zip(to_move, copies, strict=True):
        progress.count()
        if error is None:
            copied[outcome.item] = outcome
        else:
            not_moved[outcome.item] = error
    for item, refusal in bucket.delete(list(copied)).items():
        not_moved[item] = refusal and _not_deleted(bucket, copied[item], refusal)
    return list(
        pool.map(
            lambda outcome: (
                _check_again(bucket, outcome, not_moved[outcome.item]) if outcome.item in not_moved else outcome
            ),
            outcomes,
        )
    )


def _copy(bucket: Bucket, outcome: Outcome) -> TranscriptionError | None:
    """Copy a file to `processed/` or `failed/`. In `failed/`, write the reason of the failure beside the copy.

    Returns:
        The error if S3 did not make the copy or write the reason, otherwise None. S3 makes no copy if the object has
        changed since the run was planned.
    """
    item = outcome.item
    try:
        bucket.copy(item, _TARGETS[outcome.status](item.key))
        if outcome.status == result.FAILED:
            bucket.write_record(keys.failed_reason(item.key), outcome)
    except ObjectDenied as refusal:
        log.warning("%r was not copied: %s", item.key, refusal)
        return refusal
    except ClientError as error:
        log.warning("%r was not copied: %s", item.key, error)
        return StorageFailed(
            f"S3 did not move {item.key!r}, although it has not changed: {error.operation_name} failed {words(error)}"
        )
    return None


def _not_deleted(bucket: Bucket, outcome: Outcome, refusal: ObjectDenied) -> ObjectDenied:
    """Log that S3 refused to delete a copied file. Return the refusal with the place of the copy in its message."""
    log.warning("%r was not deleted: %s", outcome.item.key, refusal)
    copy = bucket.uri(_TARGETS[outcome.status](outcome.item.key))
    return ObjectDenied(f"{refusal.message} The file is copied to {copy}, and stays in {keys.INPUT_FOLDER} too.")


def _check_again(bucket: Bucket, outcome: Outcome, error: TranscriptionError | None) -> Outcome:
    """Find out what became of a file that was not copied or not deleted.

    Args:
        bucket: the audio bucket.
        outcome: the outcome of verification.
        error: why S3 did not copy or delete the file; None if the file has changed or does not exist.

    Returns:
        The unchanged outcome if the file has been moved nevertheless, otherwise an outcome with the reason.
    """
    item = outcome.item
    try:
        current = bucket.find(item.key)
        # The answer to a delete request can be lost, and a move that was cut off runs again.
        copy = bucket.find(_TARGETS[outcome.status](item.key)) if current is None else None
    except ObjectDenied as refusal:
        return _with_failure(outcome, MISSING, error or refusal)
    if current is None:
        if copy is not None and copy.size == item.size:
            return outcome
        deleted = InputDeleted(f"{item.key!r} was deleted during the run; nothing is left to move.")
        return _with_failure(outcome, result.LEFT, deleted)
    if current.etag != item.etag:
        changed = InputChanged(f"{item.key!r} was uploaded again during the run; the next run takes it.")
        return _with_failure(outcome, result.LEFT, changed)
    unexplained = StorageFailed(f"S3 did not delete {item.key!r}, although it has not changed.")
    return _with_failure(outcome, MISSING, error or unexplained)


def _with_failure(outcome: Outcome, status: str, error: TranscriptionError) -> Outcome:
    return replace(outcome, status=status, failure=Failure(error.code, error.message))
