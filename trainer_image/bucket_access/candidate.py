"""The new model in the bucket."""

from __future__ import annotations

import logging
from pathlib import Path

from bucket_access.teaching_bucket import ModelTaken, TeachingBucket
from transcription.contract import keys
from transcription.contract.model_files import MODEL_JSON

_log = logging.getLogger(__name__)


def store_candidate(bucket: TeachingBucket, name: str, folder: Path, *, continues: bool = False) -> str:
    """Write a new model to the bucket, `model.json` last, and return its address. No model is ever overwritten.

    Args:
        bucket: the bucket.
        name: the name of the model.
        folder: the folder of the model with its report.
        continues: whether an earlier attempt may have stored some of the files already.

    Raises:
        ModelTaken: the bucket has a model of this name.
        ObjectDenied, StorageDenied, StorageFailed: S3 refuses or fails.
    """
    prefix = keys.model(name)
    files = sorted((file for file in folder.iterdir() if file.is_file()), key=lambda file: file.name == MODEL_JSON)
    known = {prefix + file.name for file in files} if continues else set()
    if any(stored.key not in known for stored in bucket.list(prefix)):
        raise ModelTaken(
            f"There is a model {keys.uri(bucket.name, prefix)} already. The new one is in {folder}; copy it to another "
            "folder below models/."
        )
    for file in files:
        _log.info("storing %s", file.name)
        bucket.add(prefix + file.name, file)
    return keys.uri(bucket.name, prefix)
