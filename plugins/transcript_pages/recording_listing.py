"""The transcripts of a folder, a page at a time, as S3 lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from transcript_pages.audio_bucket import AudioBucket
from transcription.contract import keys

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

#: Number of objects in a page of a listing. A recording has an object for each format.
PAGE = 400
#: Requests for the corrections of one page, at most.
_CORRECTION_REQUESTS = 3
_JSON = ".json"


@dataclass(frozen=True)
class Recording:
    """A recording with a transcript."""

    name: str
    #: When its transcript was written.
    written: datetime
    #: Whether people have corrected or checked it.
    is_edited: bool


@dataclass(frozen=True)
class RecordingPage:
    """A page of the recordings of a folder."""

    #: Folders, without `output/` and with a slash at the end.
    folders: Sequence[str]
    recordings: Sequence[Recording]
    #: The token of the next page; empty on the last page.
    next_token: str


def list_recordings(bucket: AudioBucket, prefix: str, token: str = "") -> RecordingPage:
    """List the recordings and folders whose names start with `prefix`. This needs one to four requests to S3.

    Args:
        bucket: the bucket.
        prefix: a folder with a slash at the end, or the start of a name in a folder.
        token: the token of the page; empty for the first page.

    Raises:
        ClientError: S3 refuses the listing, for example because of a wrong token.
    """
    page = _list(bucket, keys.OUTPUT_FOLDER + prefix, {"ContinuationToken": token} if token else {})
    entries = [entry for entry in page.get("Contents", []) if entry["Key"].endswith(_JSON)]
    names = [_name(entry["Key"], keys.OUTPUT_FOLDER) for entry in entries]
    edited = _edited(bucket, prefix, names) if names else set()
    return RecordingPage(
        [_name(folder["Prefix"], keys.OUTPUT_FOLDER, "") for folder in page.get("CommonPrefixes", [])],
        [
            Recording(name, entry["LastModified"], name in edited)
            for name, entry in zip(names, entries, strict=True)
            if name
        ],
        page.get("NextContinuationToken", ""),
    )


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


def _list(bucket: AudioBucket, prefix: str, start: dict[str, Any]) -> ListObjectsV2OutputTypeDef:
    return bucket.client.list_objects_v2(Bucket=bucket.name, Prefix=prefix, Delimiter="/", MaxKeys=PAGE, **start)


def _name(key: str, folder: str, ending: str = _JSON) -> str:
    return key.removeprefix(folder).removesuffix(ending)


def is_wrong_token(error: ClientError) -> bool:
    """Return whether S3 refuses a listing because of its token."""
    return error.response["Error"]["Code"] == "InvalidArgument"
