"""Folders on this machine to and from the bucket, every file name kept as it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from local.errors import StackError
from local.resources import BUCKET
from transcription.contract import keys

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: What a run leaves in the bucket.
RESULTS = (keys.OUTPUT_FOLDER, keys.PROCESSED_FOLDER, keys.FAILED_FOLDER, keys.RUNS_FOLDER)


def upload(s3: S3Client, folder: Path, prefix: str) -> int:
    """Upload every file below `folder`, sub-folders kept.

    Returns:
        How many there were.

    Raises:
        StackError: there is no such folder, or nothing in it, or a name that S3 cannot store.
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
    """Whether the name is UTF-8; Python keeps other bytes as lone surrogates, which nothing encodes."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def check_target(folder: Path) -> None:
    """Make sure that a download neither overwrites anything nor mixes with an earlier one.

    Raises:
        StackError: `folder` holds results already.
    """
    for prefix in RESULTS:
        if (folder / prefix).exists():
            raise StackError(f"{folder / prefix} exists already. Name another folder as OUT, or remove it.")


def download(s3: S3Client, folder: Path) -> None:
    """Download what a run left. A name that is a file and a folder at once becomes `name` and `name (file)`."""
    found = [key for prefix in RESULTS for key in list_keys(s3, prefix)]
    folders = {str(parent) for key in found for parent in Path(key).parents}
    for key in found:
        target = folder / (f"{key} (file)" if key in folders else key)
        if ".." in target.relative_to(folder).parts or key.endswith("/"):
            continue  # only somebody writing keys by hand makes these; they have no place on a disk
        target.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(BUCKET, key, str(target))


def list_keys(s3: S3Client, prefix: str) -> list[str]:
    """Every key below `prefix`, in S3's order."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return [each["Key"] for page in pages for each in page.get("Contents", [])]
