"""The records of a teaching that runs as a Batch job: its order, its data, its checkpoints and its outcome.

Each function answers one request of the trainer. The outcome is written last: an attempt that finds it has nothing to
do. An attempt without it continues from the checkpoints of the attempts before it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Optional, TypeVar

from bucket_access.candidate import store_candidate
from bucket_access.teaching_bucket import StoredObject, TeachingBucket
from bucket_access.teaching_data import fetch_objects, list_model, list_taught
from transcription.contract import keys, records
from transcription.contract.errors import RecordMissing
from transcription.contract.manifest import Failure
from transcription.contract.reason import Reason
from transcription.contract.run_keys import RunKeys
from transcription.contract.teaching import TaughtObject, TeachingData, TeachingOrder

_log = logging.getLogger(__name__)
_Record = TypeVar("_Record")

#: The file that begins a teaching or an evaluation, and the one that completes it.
ORDER, OUTCOME = "order.json", "outcome.json"


def begin(bucket: TeachingBucket, run: str, folder: str) -> Mapping[str, Any]:
    """Fetch the order of a teaching, what it learns from, and the checkpoints of earlier attempts.

    The first attempt writes down which objects it uses. Later attempts use the same objects; objects that were replaced
    or deleted meanwhile are left out, and recordings that were added are not learned.

    Args:
        bucket: the bucket.
        run: the name of the run.
        folder: the folder for all files.

    Returns:
        `order`, `model` (the name of the new model), and the folders `audio`, `base`, `checkpoints` and, with speech of
        others, `others`; if the teaching has an outcome already, only `outcome`; if the run is an evaluation, only
        `evaluation`.

    Raises:
        RecordMissing, RecordInvalid: there is no order, or a record is damaged.
        ModelMissing: the base model is not there.
        SetMissing: there is nothing to learn from.
        StorageDenied, StorageFailed, DiskFailed: S3 or the disk refuses or fails.
    """
    run_keys, place = RunKeys(run), Path(folder)
    if bucket.read(run_keys.teaching(OUTCOME)) is not None:
        return {"outcome": True}
    order = find_record(bucket, TeachingOrder, run_keys.teaching(ORDER))
    if order is None and bucket.read(run_keys.evaluation(ORDER)) is not None:
        return {"evaluation": True}
    if order is None:
        raise RecordMissing(f"{keys.uri(bucket.name, run_keys.teaching('order.json'))} does not exist.")
    model = list_model(bucket, order.base)
    taught = list_taught(bucket, order.set_name)
    if order.others_set:
        taught += bucket.list(keys.teaching_set(order.others_set))
    data = _freeze(bucket, run_keys.teaching("data.json"), order.name, taught)
    copy = fetch_objects(bucket, place / "copy", order.base, [*model, *_still_taught(taught, data)], order.others_set)
    checkpoints = place / "checkpoints"
    checkpoints.mkdir(parents=True, exist_ok=True)
    for stored in bucket.list(run_keys.checkpoints):
        bucket.download(stored, checkpoints / stored.key[len(run_keys.checkpoints) :])
    folders = {"audio": str(copy.audio), "base": str(copy.base), "checkpoints": str(checkpoints)}
    if copy.others:
        folders["others"] = str(copy.others)
    return {"order": asdict(order), "model": data.model, **folders}


def keep_checkpoint(bucket: TeachingBucket, run: str, file: str, path: str) -> Mapping[str, Any]:
    """Copy a checkpoint to the bucket.

    Args:
        bucket: the bucket.
        run: the name of the run.
        file: its path below the folder of checkpoints.
        path: the file.

    Raises:
        ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
    """
    bucket.upload(RunKeys(run).checkpoints + file, Path(path))
    return {}


def finish(bucket: TeachingBucket, run: str, folder: str, model: str, model_folder: str) -> Mapping[str, Any]:
    """Store the new model and the report, then the outcome. Delete the checkpoints.

    Args:
        bucket: the bucket.
        run: the name of the run.
        folder: the folder with the report and the outcome.
        model: the name of the new model; empty: it is not stored.
        model_folder: the folder of the new model.

    Raises:
        ModelTaken: another model has got this name meanwhile.
        ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
    """
    run_keys, place = RunKeys(run), Path(folder)
    if model:
        store_candidate(bucket, model, Path(model_folder), continues=True)
    bucket.upload(run_keys.teaching("report.md"), place / "report.md")
    for file in ("report.json", OUTCOME):
        bucket.write(run_keys.teaching(file), (place / file).read_bytes())
    for stored in bucket.list(run_keys.checkpoints):
        bucket.delete(stored.key)
    return {}


def record_failure(bucket: TeachingBucket, run: str, job: str, code: str, message: str) -> Mapping[str, Any]:
    """Write down why a job failed.

    Args:
        bucket: the bucket.
        run: the name of the run.
        job: the id of the Batch job.
        code: the code of the error.
        message: its message.

    Raises:
        ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
    """
    bucket.write(RunKeys(run).teaching_reason(job), records.dump(Reason(Failure(code, message))))
    return {}


def find_record(bucket: TeachingBucket, kind: type[_Record], key: str) -> Optional[_Record]:
    """Return a record, or None if there is none.

    Raises:
        RecordInvalid: it is damaged.
        ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
    """
    data = bucket.read(key)
    return None if data is None else records.load(kind, data, keys.uri(bucket.name, key))


def _freeze(bucket: TeachingBucket, key: str, name: str, taught: Collection[StoredObject]) -> TeachingData:
    """Return the data that the first attempt wrote down. If this is the first attempt, write them down."""
    if (data := find_record(bucket, TeachingData, key)) is not None:
        return data
    taken = bucket.model_names()
    model = next(model for number in range(1, 10**6) if (model := f"{name}-{number}") not in taken)
    data = TeachingData(model, listed_objects(taught))
    bucket.write(key, records.dump(data), once=True)
    return find_record(bucket, TeachingData, key) or data


def _still_taught(taught: Collection[StoredObject], data: TeachingData) -> list[StoredObject]:
    return unchanged(taught, data.objects, "since the teaching began; it starts anew")


def listed_objects(taught: Collection[StoredObject]) -> tuple[TaughtObject, ...]:
    """Return objects as the record of the data of a job names them."""
    return tuple(TaughtObject(stored.key, stored.etag, stored.size) for stored in taught)


def unchanged(
    taught: Collection[StoredObject], objects: Collection[TaughtObject], consequence: str
) -> list[StoredObject]:
    """Return the objects that the first attempt used and that are still the same.

    Args:
        taught: the objects that are there now.
        objects: those that the first attempt used.
        consequence: what follows if some were changed or deleted, for the log.
    """
    frozen = {(entry.key, entry.etag) for entry in objects}
    same = [stored for stored in taught if (stored.key, stored.etag) in frozen]
    if len(same) < len(frozen):
        _log.warning("%d files were changed or deleted %s", len(frozen) - len(same), consequence)
    return same
