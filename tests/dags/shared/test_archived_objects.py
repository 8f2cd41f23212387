"""Objects that S3 has archived, in a listing: they cannot be read before somebody restores them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from transcription.shared.bucket import Bucket
from transcription.shared.listed_object import ListedObject

if TYPE_CHECKING:
    from mypy_boto3_s3.literals import StorageClassType
    from mypy_boto3_s3.type_defs import ObjectTypeDef


@pytest.mark.parametrize(
    ("storage_class", "archive"),
    [
        ("STANDARD", ""),
        ("INTELLIGENT_TIERING", ""),
        ("GLACIER_IR", ""),
        ("GLACIER", "GLACIER"),
        ("DEEP_ARCHIVE", "DEEP_ARCHIVE"),
    ],
)
def test_a_listing_shows_which_objects_are_archived(
    bucket: Bucket, storage_class: StorageClassType, archive: str
) -> None:
    bucket.client.put_object(Bucket=bucket.name, Key="input/a.wav", Body=b"audio", StorageClass=storage_class)
    (listed,) = bucket.list("input/")
    assert listed.archive == archive
    if not archive:
        return
    bucket.client.restore_object(Bucket=bucket.name, Key="input/a.wav", RestoreRequest={"Days": 1})
    (restored,) = bucket.list("input/")
    assert restored.archive == ""
    assert bucket.read("input/a.wav") == b"audio"


def test_an_object_that_is_being_restored_is_still_archived() -> None:
    entry: ObjectTypeDef = {"Key": "input/a.wav", "ETag": '"e"', "Size": 5, "StorageClass": "DEEP_ARCHIVE"}
    restoring: ObjectTypeDef = {**entry, "RestoreStatus": {"IsRestoreInProgress": True}}
    assert ListedObject.from_entry(restoring).archive == "DEEP_ARCHIVE"
    tiered: ObjectTypeDef = {**restoring, "StorageClass": "INTELLIGENT_TIERING"}
    assert ListedObject.from_entry(tiered).archive == "INTELLIGENT_TIERING"
