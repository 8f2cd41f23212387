"""The recordings of a folder, a page at a time, as S3 lists them: those with transcripts, and files that failed.

S3 lists objects by name. The bucket has folders for transcripts, for corrections and for failed files, so a page is
the listing of one folder, or of several that are merged by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from transcript_pages.audio_bucket import AudioBucket
from transcription.contract import keys

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

#: Number of objects in a page of a listing. A recording has an object for each format.
PAGE = 400
#: Requests for the corrections of one page, at most.
_CORRECTION_REQUESTS = 3
_JSON = ".json"

#: The states of a listed file: nobody has corrected or checked it, somebody has, or it has no transcript.
UNEDITED, EDITED, FAILED = "unedited", "edited", "failed"


@dataclass(frozen=True)
class ListedFile:
    """A recording with a transcript, or a failed file."""

    #: The name of the recording, or the path of a failed file below `failed/`.
    name: str
    #: `UNEDITED`, `EDITED` or `FAILED`.
    state: str
    #: When its transcript was written; for an edited one in a list of corrections, when the correction was saved; for
    #: a failed file, when it failed.
    written: datetime


@dataclass(frozen=True)
class ListingPage:
    """A page of the files of a folder."""

    #: Folders, below the folder of their state and with a slash at the end.
    folders: Sequence[str]
    files: Sequence[ListedFile]
    #: The token of the next page; empty on the last page.
    next_token: str
    #: The last place in the order of names that this page covers. The next page shows the failed files after it.
    last: str = ""
    #: Whether files have failed, here or in folders below, and whether the page leaves some of its failed files out.
    has_failed: bool = False
    leaves_failed_out: bool = False


def list_files(bucket: AudioBucket, prefix: str, state: str = "", token: str = "", after: str = "") -> ListingPage:
    """List the files and folders whose names start with `prefix`. This needs one to five requests to S3.

    Args:
        bucket: the bucket.
        prefix: a folder with a slash at the end, or the start of a name in a folder.
        state: show only files in this state; empty for all.
        token: the token of the page; empty for the first page.
        after: the end of the page before, from its `last`; empty for the first page.

    Raises:
        ClientError: S3 refuses the listing, for example because of a wrong token.
    """
    start = {"ContinuationToken": token} if token else {}
    if state == FAILED:
        return _failed_page(_list(bucket, keys.FAILED_FOLDER + prefix, start))
    if state == EDITED:
        return _corrected_page(_list(bucket, keys.CORRECTED_FOLDER + prefix, start))
    page = _transcribed_page(bucket, prefix, _list(bucket, keys.OUTPUT_FOLDER + prefix, start))
    if state == UNEDITED:
        files = [file for file in page.files if file.state == UNEDITED]
        return ListingPage(page.folders, files, page.next_token, page.last)
    return _with_failed(bucket, prefix, after, page)


def _transcribed_page(bucket: AudioBucket, prefix: str, page: ListObjectsV2OutputTypeDef) -> ListingPage:
    """Return a page of `output/`, with the state of each recording."""
    entries = [entry for entry in page.get("Contents", []) if entry["Key"].endswith(_JSON)]
    names = [_name(entry["Key"], keys.OUTPUT_FOLDER) for entry in entries]
    edited = _edited(bucket, prefix, names) if names else set()
    files = [
        ListedFile(name, EDITED if name in edited else UNEDITED, entry["LastModified"])
        for name, entry in zip(names, entries, strict=True)
        if name
    ]
    places = [entry["Key"] for entry in page.get("Contents", [])] + _prefixes(page)
    last = max(places, key=str.encode, default="").removeprefix(keys.OUTPUT_FOLDER)
    return ListingPage(_folders(page, keys.OUTPUT_FOLDER), files, page.get("NextContinuationToken", ""), last)


def _edited(bucket: AudioBucket, prefix: str, names: Sequence[str]) -> set[str]:
    """Return those of the names, which are in the order of S3, that have a correction."""
    edited: set[str] = set()
    start, last = {"StartAfter": keys.corrected(names[0])}, keys.corrected_json(names[-1])
    for _ in range(_CORRECTION_REQUESTS):
        page = _list(bucket, keys.CORRECTED_FOLDER + prefix, start)
        found = [entry["Key"] for entry in page.get("Contents", [])]
        edited |= {_name(key, keys.CORRECTED_FOLDER) for key in found if key.endswith(_JSON)}
        if not page["IsTruncated"] or any(key >= last for key in found):
            break
        start = {"ContinuationToken": page["NextContinuationToken"]}
    return edited & set(names)


def _corrected_page(page: ListObjectsV2OutputTypeDef) -> ListingPage:
    """Return a page of `corrected/`."""
    files = [
        ListedFile(_name(entry["Key"], keys.CORRECTED_FOLDER), EDITED, entry["LastModified"])
        for entry in page.get("Contents", [])
        if entry["Key"].endswith(_JSON)
    ]
    return ListingPage(_folders(page, keys.CORRECTED_FOLDER), files, page.get("NextContinuationToken", ""))


def _failed_page(page: ListObjectsV2OutputTypeDef) -> ListingPage:
    """Return a page of `failed/`."""
    files = [
        ListedFile(_name(entry["Key"], keys.FAILED_FOLDER, ""), FAILED, entry["LastModified"])
        for entry in page.get("Contents", [])
        if keys.is_failed_file(entry["Key"])
    ]
    return ListingPage(_folders(page, keys.FAILED_FOLDER), files, page.get("NextContinuationToken", ""))


def _with_failed(bucket: AudioBucket, prefix: str, after: str, page: ListingPage) -> ListingPage:
    """Return a page of `output/` with the failed files and folders whose names are between it and the page before."""
    listed = _list(bucket, keys.FAILED_FOLDER + prefix, {"StartAfter": keys.FAILED_FOLDER + after} if after else {})
    failed = _failed_page(listed)

    def belongs(name: str) -> bool:
        is_before_next_page = not page.next_token or name.encode() <= page.last.encode()
        return name.encode() > after.encode() and is_before_next_page

    files = [*page.files, *(file for file in failed.files if belongs(file.name))]
    folders = {*page.folders, *filter(belongs, failed.folders)}
    listed_places = [entry["Key"].removeprefix(keys.FAILED_FOLDER) for entry in listed.get("Contents", [])]
    return ListingPage(
        sorted(folders, key=str.encode),
        sorted(files, key=lambda file: file.name.encode()),
        page.next_token,
        page.last,
        has_failed=bool(failed.files or failed.folders),
        leaves_failed_out=listed["IsTruncated"] and all(map(belongs, [*listed_places, *failed.folders])),
    )


def _list(bucket: AudioBucket, prefix: str, start: dict[str, Any]) -> ListObjectsV2OutputTypeDef:
    return bucket.client.list_objects_v2(Bucket=bucket.name, Prefix=prefix, Delimiter="/", MaxKeys=PAGE, **start)


def _folders(page: ListObjectsV2OutputTypeDef, folder: str) -> list[str]:
    return [_name(prefix, folder, "") for prefix in _prefixes(page)]


def _prefixes(page: ListObjectsV2OutputTypeDef) -> list[str]:
    return [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]


def _name(key: str, folder: str, ending: str = _JSON) -> str:
    return key.removeprefix(folder).removesuffix(ending)
