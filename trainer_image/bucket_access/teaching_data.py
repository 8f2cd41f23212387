"""What a teaching takes from the bucket: recordings with texts, corrections with their recordings, the base model."""

from __future__ import annotations

import logging
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Optional

from bucket_access.teaching_bucket import StoredObject, TeachingBucket
from transcription.contract import keys
from transcription.contract.correction import UNCHECKED, Correction
from transcription.contract.default_model import read_default_model
from transcription.contract.errors import ModelMissing, OptionInvalid, RecordInvalid
from transcription.contract.options import MODEL_NAME
from transcription.contract.records import load
from transcription.contract.teaching_errors import SetMissing

_log = logging.getLogger(__name__)

#: Longest name of a file or folder on the disks of Linux, in bytes.
_LONGEST_PART = 255


@dataclass(frozen=True)
class TeachingData:
    """The folders with what was fetched."""

    audio: Path
    base: Path
    #: Speech of others, if there is any.
    others: Optional[Path] = None


def fetch_teaching_data(bucket: TeachingBucket, folder: Path, set_name: str, base: str) -> TeachingData:
    """Fetch what a teaching needs. What is on the disk already is not fetched again.

    Args:
        bucket: the bucket.
        folder: the folder for the copy. Files in it that the bucket does not have are deleted.
        set_name: the name of a folder below `teaching/`; empty for corrections only.
        base: the name of the base model; empty for the model in use.

    Raises:
        OptionInvalid: the name of the set or the model cannot be one.
        ModelMissing: there is no such model, or the model in use is that of the container image.
        SetMissing: there is nothing to learn from.
        DefaultModelInvalid: the record of the model in use is damaged.
        StorageDenied, StorageFailed, DiskFailed: S3 or the disk refuses or fails.
    """
    for name in filter(None, (set_name, base)):
        if not re.fullmatch(MODEL_NAME, name):
            raise OptionInvalid(f"{name!r} is not the name of a folder: use letters, digits, '.', '_' and '-'.")
    base = base or _model_in_use(bucket)
    model = list_model(bucket, base)
    return fetch_objects(bucket, folder, base, [*model, *list_taught(bucket, set_name)])


def list_model(bucket: TeachingBucket, base: str) -> list[StoredObject]:
    """Return the files of a model.

    Raises:
        ModelMissing: there is no such model.
        StorageDenied, StorageFailed: S3 refuses or fails.
    """
    model = [stored for stored in bucket.list(keys.model(base)) if "/" not in stored.key[len(keys.model(base)) :]]
    if not model:
        raise ModelMissing(f"There is no model {keys.uri(bucket.name, keys.model(base))}. Upload it, or name another.")
    return model


def list_taught(bucket: TeachingBucket, set_name: str) -> list[StoredObject]:
    """Return the corrections with their recordings, and the recordings and texts of a set.

    Args:
        bucket: the bucket.
        set_name: the name of a folder below `teaching/`; empty for corrections only.

    Raises:
        SetMissing: there are none.
        StorageDenied, StorageFailed: S3 refuses or fails.
    """
    taught = list(list_corrections(bucket))
    if set_name:
        taught += bucket.list(keys.teaching_set(set_name))
    if not taught:
        raise SetMissing(
            f"There is nothing to learn from in {bucket.name}: nobody has checked or corrected a transcript"
            + (f", and {keys.teaching_set(set_name)} is empty." if set_name else ", and no SET is named.")
        )
    return taught


def fetch_objects(
    bucket: TeachingBucket, folder: Path, base: str, objects: Iterable[StoredObject], others_set: str = ""
) -> TeachingData:
    """Copy objects to files, and delete all other files of an earlier copy.

    Args:
        bucket: the bucket.
        folder: the folder for the copy.
        base: the name of the base model, whose files are among the objects.
        objects: the objects.
        others_set: the name of a folder below `teaching/` with speech of others, whose files are among the objects.

    Raises:
        StorageDenied, StorageFailed, DiskFailed: S3 or the disk refuses or fails.
    """
    others = keys.teaching_set(others_set) if others_set else ""
    wanted = {path: stored for stored in objects if (path := _place(folder, stored.key, others))}
    _delete_others(folder, wanted.keys())
    for path, stored in wanted.items():
        bucket.download(stored, path)
    # The model lies beside the recordings, and not among them: a text file in it is no text to learn.
    return TeachingData(folder / "speech", folder / keys.model(base), folder / "others" if others_set else None)


def _model_in_use(bucket: TeachingBucket) -> str:
    where = keys.uri(bucket.name, keys.DEFAULT_MODEL)
    model = read_default_model(bucket.read(keys.DEFAULT_MODEL), where).model
    if not model:
        raise ModelMissing(
            "Runs use the model in the container image, which is not in the bucket. Upload its files to "
            f"{keys.uri(bucket.name, keys.MODELS_FOLDER)}, for example those that `make model` fetches, and name the "
            "folder: BASE=name."
        )
    return model


def list_corrections(bucket: TeachingBucket) -> Iterator[StoredObject]:
    """Yield the corrections in which somebody checked or corrected a segment, and their recordings."""
    audio: dict[str, StoredObject] = {}
    for prefix in (keys.INPUT_FOLDER, keys.PROCESSED_FOLDER):
        audio.update((stored.key, stored) for stored in bucket.list(prefix))
    for stored in bucket.list(keys.CORRECTED_FOLDER):
        correction = _read_correction(bucket, stored)
        if correction is None or all(segment.state == UNCHECKED for segment in correction.segments):
            continue
        yield stored
        folder = stored.key[len(keys.CORRECTED_FOLDER) :].rpartition("/")[0]
        recording = keys.uploaded(f"{folder}/{correction.recording}" if folder else correction.recording)
        # A recording that was uploaded again has another digest, which the trainer compares.
        if source := audio.get(keys.processed(recording)) or audio.get(recording):
            yield source


def _read_correction(bucket: TeachingBucket, stored: StoredObject) -> Optional[Correction]:
    data = bucket.read(stored.key) if stored.key.endswith(".json") else None
    try:
        return None if data is None else load(Correction, data, stored.key)
    except RecordInvalid as error:
        _log.warning("%s", error)
        return None


def _place(folder: Path, key: str, others: str) -> Optional[Path]:
    """Return the file for a key, or None if no file can have this name. `others` begins keys with speech of others."""
    parts = key.split("/")
    if any(part in ("", ".", "..") or "\0" in part or len(part.encode()) > _LONGEST_PART for part in parts):
        _log.warning("left out, because no file can have this name: %r", key)
        return None
    if key.startswith(keys.MODELS_FOLDER):
        return folder / PurePosixPath(*parts)
    return folder / ("others" if others and key.startswith(others) else "speech") / PurePosixPath(*parts)


def _delete_others(folder: Path, wanted: Container[Path]) -> None:
    """Delete the files of an earlier copy that the bucket does not have any more."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path not in wanted:
            path.unlink()
