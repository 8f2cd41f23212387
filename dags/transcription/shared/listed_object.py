"""An object of the audio bucket, as a listing or a HEAD request describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectTypeDef

#: The storage classes whose objects have to be restored before they can be read.
#: Source: Amazon S3 User Guide, "Working with archived objects".
_ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})


class ListedObject(NamedTuple):
    """An object in the bucket."""

    key: str
    #: Without quotes.
    etag: str
    #: In bytes.
    size: int
    #: The storage class of an object that has to be restored before it can be read; empty for all other objects. An
    #: object in an archive tier of INTELLIGENT_TIERING counts as readable, because no listing shows its tier.
    archive: str = ""

    @classmethod
    def from_entry(cls, entry: ObjectTypeDef) -> ListedObject:
        """Return the object that an entry of ListObjectsV2 describes. The listing must include `RestoreStatus`."""
        # An archived object keeps its storage class, also while people can read a restored copy of it.
        restore = entry.get("RestoreStatus", {})
        is_archived = restore.get("IsRestoreInProgress") or (entry.get("StorageClass") in _ARCHIVES and not restore)
        return cls(entry["Key"], entry["ETag"].strip('"'), entry["Size"], entry["StorageClass"] if is_archived else "")
