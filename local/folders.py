"""Copies of folders between this machine and the bucket. File names stay unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from local.errors import StackError
from local.resources import BUCKET
from transcription.contract import keys

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: The folders of the bucket that a run writes.
RESULTS = (keys.OUTPUT_FOLDER, keys.PROCESSED_FOLDER, keys.FAILED_FOLDER, keys.RUNS_FOLDER)


def upload(s3: S3Client, folder: Path, prefix: str) -> int:
    """Upload every file in `folder` and its sub-folders, to keys that start with `prefix`.

    Returns:
        The number of files.

    Raises:
        StackError: `folder` is missing or empty, or a file name is not UTF-8.
    """
    if not folder.is_dir():
        raise StackError(f"{folder} is not a folder.")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        raise StackError(f"{folder} holds no files.")
    for path in files:
        if not _is_text(path):
            raise StackError(f"{path!r} is not UTF-8, as S3 wants names to be. Rename it.")
        s3.upload_file(str(path), BUCKET, prefix + path.relative_to(folder).as_posix())
    return len(files)


def _is_text(path: Path) -> bool:
    """Return whether the name is UTF-8.

    Python represents other bytes as lone surrogates, which cannot be encoded.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def check_target(folder: Path) -> None:
    """Check that a download to `folder` overwrites no earlier results.

    Raises:
        StackError: `folder` contains results already.
    """
    for prefix in RESULTS:
        if (folder / prefix).exists():
            raise StackError(f"{folder / prefix} exists already. Name another folder as OUT, or remove it.")


def download(s3: S3Client, folder: Path) -> None:
    """Download the results of a run to `folder`.

    If a key is also the folder of other keys, its file is named `{key} (file)` and is saved beside that folder.
    """
    result_keys = [key for prefix in RESULTS for key in list_keys(s3, prefix)]
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
