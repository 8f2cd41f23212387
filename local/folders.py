"""Copies of folders between this machine and the bucket. File names stay unchanged."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from local.errors import StackError
from local.resources import BUCKET
from transcription.contract import keys

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: The folders of the bucket that a run writes.
RESULTS = (keys.OUTPUT_FOLDER, keys.PROCESSED_FOLDER, keys.FAILED_FOLDER, keys.RUNS_FOLDER)


def find_files(folder: Path, name: str) -> list[Path]:
    """Return every file in `folder` and its sub-folders, sorted.

    Args:
        folder: The folder.
        name: The variable with which the folder was chosen, for the errors.

    Raises:
        StackError: `folder` is missing or empty, or a file name is not UTF-8.
    """
    if not folder.is_dir():
        raise StackError(f"{name}={folder} is not a folder.")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        raise StackError(f"{name}={folder} holds no files.")
    for path in files:
        if not _is_text(path):
            raise StackError(f"{path!r} is not UTF-8, as S3 wants names to be. Rename it.")
    return files


def key_of(path: Path, folder: Path, prefix: str) -> str:
    """Return the key to which a file in `folder` is uploaded. It starts with `prefix`."""
    return prefix + path.relative_to(folder).as_posix()


def upload(s3: S3Client, files: Iterable[Path], folder: Path, prefix: str) -> None:
    """Upload files in `folder` to keys that start with `prefix`."""
    for path in files:
        s3.upload_file(str(path), BUCKET, key_of(path, folder, prefix))


def _is_text(path: Path) -> bool:
    """Return whether the name is UTF-8.

    Python represents other bytes as lone surrogates, which cannot be encoded.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def check_target(folder: Path, audio: Path) -> None:
    """Check that a download to `folder` is possible, overwrites no earlier results, and does not mix with the audio.

    Args:
        folder: The folder for the results.
        audio: The folder of the recordings.

    Raises:
        StackError: `folder` contains results already, cannot be written, or is inside `audio` or around it.
    """
    for prefix in RESULTS:
        if (folder / prefix).exists():
            raise StackError(f"{folder / prefix} exists already. Name another folder as OUT, or remove it.")
    out, recordings = folder.resolve(), audio.resolve()
    if recordings in (out, *out.parents) or out in recordings.parents:
        raise StackError(
            f"OUT={folder} and AUDIO={audio} lie inside each other: the next demo would take results for recordings. "
            "Name another folder as OUT."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StackError(f"OUT={folder} cannot be written: {error.strerror}.") from error


def save_results(s3: S3Client, folder: Path, spare_folders: Iterable[Path]) -> str:
    """Download the results of a run. If there is no room, save the transcripts in the first spare folder that has room.

    Returns:
        Why the results are not complete in `folder`, and where the transcripts are; empty if they are complete.
    """
    try:
        download(s3, folder)
    except OSError as error:
        problem = f"OUT={folder} cannot hold the results: {error.strerror or error}."
    else:
        return ""
    for spare_folder in spare_folders:
        try:
            download(s3, spare_folder, [keys.OUTPUT_FOLDER])
        except OSError:
            continue
        return (
            f"{problem} All transcripts are in {spare_folder / keys.OUTPUT_FOLDER}; the recordings are still in AUDIO."
        )
    return f"{problem} No other folder had room for the transcripts either. Make room and run the demo again."


def download(s3: S3Client, folder: Path, prefixes: Sequence[str] = RESULTS) -> None:
    """Download the results of a run to `folder`.

    If a key is also the folder of other keys, its file is named `{key} (file)` and is saved beside that folder.

    Args:
        s3: A client of the local S3.
        folder: The folder.
        prefixes: The folders of the bucket to download.

    Raises:
        OSError: A file cannot be written.
    """
    result_keys = [key for prefix in prefixes for key in list_keys(s3, prefix)]
    folders = {str(parent) for key in result_keys for parent in Path(key).parents}
    for key in result_keys:
        target = folder / (f"{key} (file)" if key in folders else key)
        if ".." in target.relative_to(folder).parts or key.endswith("/"):
            continue  # no run writes such keys, and they cannot be files on a disk
        target.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(BUCKET, key, str(target))


def list_keys(s3: S3Client, prefix: str) -> list[str]:
    """Return all keys in the bucket that start with `prefix`, in S3's order (by the bytes of UTF-8)."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]
