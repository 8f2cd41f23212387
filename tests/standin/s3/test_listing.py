"""Tests of listings: S3's order, complete with pages of any size, and without deleted objects."""

from __future__ import annotations

import uuid
from itertools import islice
from typing import Any

import pytest
from botocore.exceptions import ClientError

from standin.s3.ordered_keys import OrderedKeys
from tests.support.standin.standin_server import LocalAws

#: In UTF-16 order, which JavaScript and Java use, the microphone would come before U+FF21.
NAMES = ["a", "a/", "a/1", "a/2", "a/b/1", "a0", "b/1", "b/2", "c", "c/d", "\uff21/1", "🎤", "🎤/1", "ÿ//x"]
GONE = ["a/0", "b", "d/1", "d/2"]


def fill(s3: Any) -> str:
    """Create a versioned bucket with the objects `NAMES`, and with the objects `GONE`, which are deleted."""
    bucket = f"b-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for name in reversed(NAMES + GONE):
        s3.put_object(Bucket=bucket, Key=name, Body=b"text")
    for name in GONE:
        s3.delete_object(Bucket=bucket, Key=name)
    return bucket


@pytest.fixture(scope="module")
def untouched(shared_aws: LocalAws) -> str:
    """A filled bucket that no test changes."""
    return fill(shared_aws.client("s3"))


@pytest.fixture
def filled(s3: Any) -> str:
    """A filled bucket that the test may change."""
    return fill(s3)


def entries(prefix: str, delimiter: str) -> list[str]:
    """Return what a listing must contain, computed in the simplest way."""
    names = set()
    for name in NAMES:
        if name.startswith(prefix):
            head, separator, _ = name.removeprefix(prefix).partition(delimiter or "\0")
            names.add(f"{prefix}{head}{delimiter}" if separator else name)
    return sorted(names, key=str.encode)


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize("delimiter", ["", "/", "1"])
@pytest.mark.parametrize("prefix", ["", "a", "a/", "b/", "d/", "🎤"])
def test_a_listing_is_complete_and_in_order_in_pages_of_any_size(
    s3: Any, untouched: str, prefix: str, delimiter: str, size: int
) -> None:
    arguments: dict[str, Any] = {"Bucket": untouched, "Prefix": prefix, "PaginationConfig": {"PageSize": size}}
    if delimiter:
        arguments["Delimiter"] = delimiter
    pages = []
    for page in s3.get_paginator("list_objects_v2").paginate(**arguments):
        keys = [entry["Key"] for entry in page.get("Contents", ())]
        prefixes = [entry["Prefix"] for entry in page.get("CommonPrefixes", ())]
        assert (page["KeyCount"], page["Prefix"]) == (len(keys) + len(prefixes), prefix)
        pages.append(sorted(keys + prefixes, key=str.encode))
    expected = entries(prefix, delimiter)
    assert pages == ([expected[start : start + size] for start in range(0, len(expected), size)] or [[]])


def test_a_listing_can_start_after_any_name(s3: Any, untouched: str) -> None:
    for after in [*NAMES, *GONE, "a/1x"]:
        listed = s3.list_objects_v2(Bucket=untouched, StartAfter=after)
        assert listed["StartAfter"] == after
        assert [entry["Key"] for entry in listed.get("Contents", ())] == [
            name for name in entries("", "") if name.encode() > after.encode()
        ]
    listed = s3.list_objects_v2(Bucket=untouched, Prefix="b/", StartAfter="a")
    assert [entry["Key"] for entry in listed["Contents"]] == ["b/1", "b/2"]


def test_an_object_is_listed_as_it_was_put(s3: Any, filled: str) -> None:
    put = s3.put_object(Bucket=filled, Key="b/1", Body=b"newer", ChecksumAlgorithm="SHA256")
    (listed,) = s3.list_objects_v2(Bucket=filled, Prefix="b/1")["Contents"]
    assert (listed["ETag"], listed["Size"], listed["StorageClass"]) == (put["ETag"], 5, "STANDARD")
    assert listed["ChecksumAlgorithm"] == ["SHA256"]
    assert listed["LastModified"] == s3.head_object(Bucket=filled, Key="b/1")["LastModified"]


def test_a_listing_shows_restored_objects_if_the_request_asks_for_them(s3: Any, filled: str) -> None:
    for name in ("b/1", "b/2"):
        s3.put_object(Bucket=filled, Key=name, Body=b"", StorageClass="GLACIER")
    s3.restore_object(Bucket=filled, Key="b/1", RestoreRequest={"Days": 2})
    restored, archived = s3.list_objects_v2(Bucket=filled, Prefix="b/", OptionalObjectAttributes=["RestoreStatus"])[
        "Contents"
    ]
    assert restored["StorageClass"] == archived["StorageClass"] == "GLACIER"
    assert restored["RestoreStatus"]["IsRestoreInProgress"] is False
    assert restored["RestoreStatus"]["RestoreExpiryDate"] > restored["LastModified"]
    assert "RestoreStatus" not in archived
    for entry in s3.list_objects_v2(Bucket=filled, Prefix="b/")["Contents"]:
        assert "RestoreStatus" not in entry


def test_a_name_that_was_deleted_and_put_again_is_listed_once(s3: Any, filled: str) -> None:
    s3.put_object(Bucket=filled, Key="d/1", Body=b"")
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=filled, Prefix="d/")["Contents"]] == ["d/1"]


def test_a_page_has_at_most_1000_entries(s3: Any, untouched: str) -> None:
    assert s3.list_objects_v2(Bucket=untouched, MaxKeys=5000)["MaxKeys"] == 1000
    none = s3.list_objects_v2(Bucket=untouched, MaxKeys=0)
    assert (none["KeyCount"], none["IsTruncated"]) == (0, False)


def test_an_unknown_continuation_token_is_refused(s3: Any, untouched: str) -> None:
    for token in ("made up", "_w=="):
        with pytest.raises(ClientError, match="The continuation token provided is incorrect"):
            s3.list_objects_v2(Bucket=untouched, ContinuationToken=token)


def test_a_page_reads_no_more_names_than_it_lists() -> None:
    names_read: list[str] = []

    class RecordingKeys(OrderedKeys):
        def getlist(self, key: str, default: Any = None) -> Any:
            names_read.append(key)
            return super().getlist(key, default)

    keys = RecordingKeys()
    for number in range(100_000):
        keys.setlist(f"input/{number:06d}.wav", [object()])
    names_read.clear()
    page = list(islice(keys.entries("input/", "", keys.position_after("input/050000.wav"), include_deleted=True), 1001))
    assert (len(page), names_read[0], len(names_read)) == (1001, "input/050001.wav", 1001)


def versions(s3: Any, bucket: str, size: int, **arguments: Any) -> list[tuple[str, str, bool, bool]]:
    """Return all versions in the order of the listing: `(key, id, is a delete marker, is the latest)`."""
    entries_of_pages = []
    config = {"PageSize": size}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig=config, **arguments):
        for kind in ("Versions", "DeleteMarkers"):
            entries_of_pages += [
                (entry["Key"], entry["VersionId"], kind == "DeleteMarkers", entry["IsLatest"])
                for entry in page.get(kind, ())
            ]
    return entries_of_pages


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_every_version_is_listed_the_newest_first(s3: Any, filled: str, size: int) -> None:
    first = s3.list_object_versions(Bucket=filled, Prefix="b/1")["Versions"][0]["VersionId"]
    second = s3.put_object(Bucket=filled, Key="b/1", Body=b"newer")["VersionId"]
    marker = s3.delete_object(Bucket=filled, Key="b/1")["VersionId"]
    third = s3.put_object(Bucket=filled, Key="b/1", Body=b"newest")["VersionId"]
    listed = versions(s3, filled, size, Prefix="b/")
    assert [version for version in listed if version[0] == "b/1" and not version[2]] == [
        ("b/1", third, False, True),
        ("b/1", second, False, False),
        ("b/1", first, False, False),
    ]
    assert ("b/1", marker, True, False) in listed
    assert len(listed) == 5
    assert len(versions(s3, filled, size)) == len(NAMES) + 2 * len(GONE) + 3


def test_versions_of_an_unversioned_bucket_can_be_paged_through(s3: Any, bucket: str) -> None:
    for name in NAMES:
        s3.put_object(Bucket=bucket, Key=name, Body=b"")
    assert versions(s3, bucket, 2) == [(name, "null", False, True) for name in sorted(NAMES, key=str.encode)]


def test_a_versioned_bucket_can_be_emptied_page_by_page(s3: Any, filled: str) -> None:
    config = {"PageSize": 3}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=filled, PaginationConfig=config):
        for version in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
            s3.delete_object(Bucket=filled, Key=version["Key"], VersionId=version["VersionId"])
    assert versions(s3, filled, 1000) == []


def test_versions_below_a_delimiter_are_one_entry(s3: Any, untouched: str) -> None:
    first = s3.list_object_versions(Bucket=untouched, Delimiter="/", MaxKeys=2)
    assert ([entry["Key"] for entry in first["Versions"]], first["IsTruncated"]) == (["a"], True)
    assert [entry["Prefix"] for entry in first["CommonPrefixes"]] == [first["NextKeyMarker"]] == ["a/"]
    rest = s3.list_object_versions(Bucket=untouched, Delimiter="/", KeyMarker=first["NextKeyMarker"])
    assert [entry["Prefix"] for entry in rest["CommonPrefixes"]] == ["b/", "c/", "d/", "ÿ/", "\uff21/", "🎤/"]
    assert [entry["Key"] for entry in rest["Versions"]] == ["a0", "b", "c", "🎤"]
