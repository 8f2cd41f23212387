"""The records of an evaluation that runs as a Batch job: its order, its data, what each model heard, and the outcome.

Each child of the job evaluates one model. The child that finds the results of all models writes the outcome. Two
children may do so at the same time; both write the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bucket_access.job_records import ORDER, OUTCOME, find_record, listed_objects, unchanged
from bucket_access.teaching_bucket import StoredObject, TeachingBucket
from bucket_access.teaching_data import fetch_objects, list_corrections, list_model
from transcription.contract import keys, records
from transcription.contract.errors import RecordMissing
from transcription.contract.evaluation import EvaluationData, EvaluationOrder
from transcription.contract.run_keys import RunKeys
from transcription.contract.teaching_errors import SetMissing


def begin_evaluation(bucket: TeachingBucket, run: str, index: int, folder: str) -> Mapping[str, Any]:
    """Fetch the order of an evaluation, and what a child needs to evaluate its model.

    Args:
        bucket: the bucket.
        run: the name of the run.
        index: the number of the child.
        folder: the folder for all files.

    Returns:
        `order`, `model` (its name), and the folders `audio` and `base` (that of the model); if the result of the model
        is there already, only `order`.

    Raises:
        RecordMissing, RecordInvalid: there is no order, or a record is damaged.
        ModelMissing: the model is not there.
        SetMissing: there is no recording.
        StorageDenied, StorageFailed, DiskFailed: S3 or the disk refuses or fails.
    """
    run_keys = RunKeys(run)
    order = find_record(bucket, EvaluationOrder, run_keys.evaluation(ORDER))
    if order is None:
        raise RecordMissing(f"{keys.uri(bucket.name, run_keys.evaluation(ORDER))} does not exist.")
    name = order.models[index]
    if bucket.read(run_keys.evaluated_model(name)) is not None:
        return {"order": asdict(order)}
    model, heard = list_model(bucket, name), _list_recordings(bucket, order.set_name)
    data = _freeze(bucket, run_keys.evaluation("data.json"), heard)
    same = unchanged(heard, data.objects, "since the evaluation began, and are left out")
    copy = fetch_objects(bucket, Path(folder) / "copy", name, [*model, *same])
    return {"order": asdict(order), "model": name, "audio": str(copy.audio), "base": str(copy.base)}


def keep_result(bucket: TeachingBucket, run: str, model: str, path: str) -> Mapping[str, Any]:
    """Write what a model heard.

    Args:
        bucket: the bucket.
        run: the name of the run.
        model: the name of the model.
        path: the file with the record.

    Raises:
        ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
    """
    bucket.write(RunKeys(run).evaluated_model(model), Path(path).read_bytes())
    return {}


def fetch_results(bucket: TeachingBucket, run: str, folder: str) -> Mapping[str, Any]:
    """Fetch what all models heard.

    Args:
        bucket: the bucket.
        run: the name of the run.
        folder: the folder for the records, each of which is named after its model.

    Returns:
        `results`: the files in the order of the models; empty if a result is not there yet.

    Raises:
        RecordMissing, RecordInvalid: there is no order, or it is damaged.
        ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
    """
    run_keys, place = RunKeys(run), Path(folder)
    order = find_record(bucket, EvaluationOrder, run_keys.evaluation(ORDER))
    files = []
    for model in order.models if order else ():
        data = bucket.read(run_keys.evaluated_model(model))
        if data is None:
            return {"results": []}
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{model}.json").write_bytes(data)
        files.append(str(place / f"{model}.json"))
    return {"results": files}


def finish_evaluation(bucket: TeachingBucket, run: str, folder: str) -> Mapping[str, Any]:
    """Store the report, then the outcome.

    Args:
        bucket: the bucket.
        run: the name of the run.
        folder: the folder with both.

    Raises:
        ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
    """
    run_keys, place = RunKeys(run), Path(folder)
    bucket.upload(run_keys.evaluation("report.md"), place / "report.md")
    bucket.write(run_keys.evaluation(OUTCOME), (place / OUTCOME).read_bytes())
    return {}


def _list_recordings(bucket: TeachingBucket, set_name: str) -> list[StoredObject]:
    """Return the recordings and texts of a set, or without a set the corrections with their recordings.

    Raises:
        SetMissing: there are none.
        StorageDenied, StorageFailed: S3 refuses or fails.
    """
    heard = list(bucket.list(keys.teaching_set(set_name)) if set_name else list_corrections(bucket))
    if not heard:
        raise SetMissing(
            f"{keys.uri(bucket.name, keys.teaching_set(set_name))} is empty."
            if set_name
            else "Nobody has checked or corrected a transcript."
        )
    return heard


def _freeze(bucket: TeachingBucket, key: str, heard: list[StoredObject]) -> EvaluationData:
    """Return the data that the first child wrote down. If this is the first child, write them down."""
    if (data := find_record(bucket, EvaluationData, key)) is not None:
        return data
    own = EvaluationData(listed_objects(heard))
    bucket.write(key, records.dump(own), once=True)
    return find_record(bucket, EvaluationData, key) or own
