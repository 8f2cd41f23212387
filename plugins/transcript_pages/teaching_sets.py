"""The sets of recordings with texts in `teaching/`, as far as a page counts them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from transcript_pages.audio_bucket import AudioBucket
from transcription.contract import keys
from transcription.contract.audio_endings import ending_of, pcm_bytes
from transcription.contract.result import BYTES_PER_SECOND

#: Number of requests for a page, and of the objects that each of them lists at most.
REQUESTS, LISTED = 2, 1000
_TABLES = (".csv", ".tsv")


@dataclass(frozen=True)
class SetSummary:
    """What is in a set."""

    name: str
    recordings: int
    #: Recordings with a text beside them.
    pairs: int
    #: Text files without a recording, and tables of recordings.
    texts: int
    tables: int
    #: Length of the recordings, estimated from their sizes.
    seconds: float
    #: Whether there are more objects than were counted.
    is_cut: bool = False


@dataclass(frozen=True)
class SetPage:
    """A page of sets, in the order of S3."""

    sets: Sequence[SetSummary] = field(default_factory=list)
    #: The last set of this page, if there are more; else empty.
    after: str = ""


def list_sets(bucket: AudioBucket, after: str = "") -> SetPage:
    """List sets and count what is in them, with up to `REQUESTS` requests to S3.

    Args:
        bucket: the bucket.
        after: the last set of the page before; empty for the first page.
    """
    # In the order of S3, `0` follows the slash, so that this text is behind all keys of the set.
    start: dict[str, Any] = {"StartAfter": f"{keys.teaching_set(after).removesuffix('/')}0"} if after else {}
    listed: list[tuple[str, int]] = []
    for _ in range(REQUESTS):
        page = bucket.client.list_objects_v2(Bucket=bucket.name, Prefix=keys.TEACHING_FOLDER, MaxKeys=LISTED, **start)
        listed += [(entry["Key"], entry["Size"]) for entry in page.get("Contents", [])]
        if not page["IsTruncated"]:
            return SetPage(_summarize(listed))
        start = {"ContinuationToken": page["NextContinuationToken"]}
    last = _set_of(listed[-1][0])
    return SetPage(_summarize(listed, cut=last), last)


def _summarize(listed: Iterable[tuple[str, int]], cut: str = "") -> list[SetSummary]:
    """Return the sets of listed objects. Objects in no folder are in no set."""
    in_sets = (entry for entry in listed if "/" in entry[0].removeprefix(keys.TEACHING_FOLDER))
    return [
        _summary(name, list(objects), is_cut=name == cut)
        for name, objects in groupby(in_sets, key=lambda entry: _set_of(entry[0]))
    ]


def _summary(name: str, objects: Sequence[tuple[str, int]], *, is_cut: bool) -> SetSummary:
    names = {key for key, _ in objects}
    audio = [(key, size) for key, size in objects if ending_of(key)]
    with_text = {text for key, _ in audio if (text := key.removesuffix(ending_of(key)) + ".txt") in names}
    return SetSummary(
        name,
        len(audio),
        len(with_text),
        sum(key.endswith(".txt") for key in names - with_text),
        sum(key.endswith(_TABLES) for key in names),
        sum(pcm_bytes(key, size) for key, size in audio) / BYTES_PER_SECOND,
        is_cut,
    )


def _set_of(key: str) -> str:
    return key.removeprefix(keys.TEACHING_FOLDER).partition("/")[0]
