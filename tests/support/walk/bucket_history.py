"""The versions of all audio in the bucket. They show what left `input/`, who removed it, and what was copied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from local.resources import BUCKET
from tests.support.pipeline.pipeline import Pipeline
from transcription.contract import keys

_FOLDERS = (keys.INPUT_FOLDER, keys.PROCESSED_FOLDER, keys.FAILED_FOLDER)
#: S3 shows times without fractions of a second.
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Version:
    """One version of an object, or a delete marker."""

    version_id: str
    #: The ETag, or `None` for a delete marker.
    etag: str | None
    #: When the version was made, without the fraction of the second.
    made: datetime


@dataclass(frozen=True)
class BucketHistory:
    """The versions of the objects in `input/`, `processed/` and `failed/`, by key, the oldest first."""

    versions: Mapping[str, Sequence[Version]]

    @classmethod
    def read(cls, pipeline: Pipeline) -> BucketHistory:
        """Read all versions, one in each request: boto3 separates the versions and the delete markers of a page."""
        versions: dict[str, list[Version]] = defaultdict(list)
        for folder in _FOLDERS:
            pages = pipeline.s3.get_paginator("list_object_versions").paginate(
                Bucket=BUCKET, Prefix=folder, PaginationConfig={"PageSize": 1}
            )
            for page in pages:
                for entry in page.get("Versions", ()):
                    etag = entry["ETag"].strip('"')
                    versions[entry["Key"]].append(Version(entry["VersionId"], etag, entry["LastModified"]))
                for marker in page.get("DeleteMarkers", ()):
                    versions[marker["Key"]].append(Version(marker["VersionId"], None, marker["LastModified"]))
        return cls({key: history[::-1] for key, history in versions.items()})

    def has(self, key: str, etag: str) -> bool:
        """Return whether an object ever had this content."""
        return any(version.etag == etag for version in self.versions.get(key, ()))

    def removed(self) -> Iterator[tuple[str, str, Version]]:
        """Yield the key and the ETag of each object that was deleted from `input/`, and the delete marker."""
        for key, history in self._inputs():
            for version, successor in pairwise(history):
                if version.etag is not None and successor.etag is None:
                    yield key, version.etag, successor

    def successors(self, key: str, etag: str) -> list[Version]:
        """Return the versions that replaced the newest upload with this content."""
        history = self.versions.get(key, ())
        last = max((number for number, version in enumerate(history) if version.etag == etag), default=-1)
        return list(history[last + 1 :])

    def audio_during(self, start: datetime, end: datetime, prefix: str = "") -> list[str]:
        """Return the keys below `input/` that were there all the time from `start` to `end`.

        Args:
            start: The first moment.
            end: The last moment.
            prefix: The start of the names that count.
        """
        return [
            key
            for key, history in self._inputs()
            if keys.is_audio(key)
            and key.startswith(keys.INPUT_FOLDER + prefix)
            and any(first + _SECOND <= start and (last is None or last >= end) for first, last in _lives(history))
        ]

    def _inputs(self) -> Iterator[tuple[str, Sequence[Version]]]:
        return ((key, history) for key, history in self.versions.items() if key.startswith(keys.INPUT_FOLDER))


def _lives(history: Sequence[Version]) -> Iterator[tuple[datetime, datetime | None]]:
    """Yield when an object came to exist and when it ceased to, or `None` if it still exists."""
    first = None
    for version in history:
        if version.etag is None:
            if first is not None:
                yield first, version.made
            first = None
        elif first is None:
            first = version.made
    if first is not None:
        yield first, None
