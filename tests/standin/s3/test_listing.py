"""Listings are S3's: in its order, whole however they are cut into pages, without what was deleted."""

from __future__ import annotations

import uuid
from itertools import islice
from typing import Any

import pytest
from botocore.exceptions import ClientError

from standin.s3.ordered_keys import OrderedKeys
from tests.support.standin.standin_server import LocalAws

#: In the order of UTF-16, that of JavaScript and Java, the microphone comes before U+FF21.
NAMES = ["a", "a/", "a/1", "a/2", "a/b/1", "a0", "b/1", "b/2", "c", "c/d", "\uff21/1", "🎤", "🎤/1", "ÿ//x"]
GONE = ["a/0", "b", "d/1", "d/2"]


@pytest.fixture
def s3(aws: LocalAws) -> Any:
    return aws.client("s3")


def fill(s3: Any) -> str:
    """A new versioned bucket with `NAMES`; `GONE` were there."""
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
    """A filled bucket that nobody writes to."""
    return fill(shared_aws.client("s3"))


@pytest.fixture
def filled(s3: Any) -> str:
    """A filled bucket of the test's own."""
    return fill(s3)


def entries(prefix: str, delimiter: str) -> list[str]:
    """What a listing must return, told as simply as possible."""
    cut = set()
    for name in NAMES:
        if name.startswith(prefix):
            head, found, _ = name.removeprefix(prefix).partition(delimiter or "\0")
            cut.add(f"{prefix}{head}{delimiter}" if found else name)
    return sorted(cut, key=str.encode)


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize("delimiter", ["", "/", "1"])
@pytest.mark.parametrize("prefix", ["", "a", "a/", "b/", "d/", "🎤"])
def test_a_listing_is_complete_and_in_order_in_pages_of_any_size(
    s3: Any, untouched: str, prefix: str, delimiter: str, size: int
) -> None:
    asked: dict[str, Any] = {"Bucket": untouched, "Prefix": prefix, "PaginationConfig": {"PageSize": size}}
    if delimiter:
        asked["Delimiter"] = delimiter
    pages = []
    for page in s3.get_paginator("list_objects_v2").paginate(**asked):
        keys = [each["Key"] for each in page.get("Contents", ())]
        prefixes = [each["Prefix"] for each in page.get("CommonPrefixes", ())]
        assert (page["KeyCount"], page["Prefix"]) == (len(keys) + len(prefixes), prefix)
        pages.append(sorted(keys + prefixes, key=str.encode))
    wanted = entries(prefix, delimiter)
    assert pages == ([wanted[start : start + size] for start in range(0, len(wanted), size)] or [[]])


def test_a_listing_can_start_behind_any_name(s3: Any, untouched: str) -> None:
    for after in [*NAMES, *GONE, "a/1x"]:
        listed = s3.list_objects_v2(Bucket=untouched, StartAfter=after)
        assert listed["StartAfter"] == after
        assert [each["Key"] for each in listed.get("Contents", ())] == [
            name for name in entries("", "") if name.encode() > after.encode()
        ]
    listed = s3.list_objects_v2(Bucket=untouched, Prefix="b/", StartAfter="a")
    assert [each["Key"] for each in listed["Contents"]] == ["b/1", "b/2"]


def test_an_object_is_listed_as_it_was_put(s3: Any, filled: str) -> None:
    put = s3.put_object(Bucket=filled, Key="b/1", Body=b"newer", ChecksumAlgorithm="SHA256")
    (listed,) = s3.list_objects_v2(Bucket=filled, Prefix="b/1")["Contents"]
    assert (listed["ETag"], listed["Size"], listed["StorageClass"]) == (put["ETag"], 5, "STANDARD")
    assert listed["ChecksumAlgorithm"] == ["SHA256"]
    assert listed["LastModified"] == s3.head_object(Bucket=filled, Key="b/1")["LastModified"]


def test_a_name_that_was_deleted_and_put_again_is_listed_once(s3: Any, filled: str) -> None:
    s3.put_object(Bucket=filled, Key="d/1", Body=b"")
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=filled, Prefix="d/")["Contents"]] == ["d/1"]


def test_no_page_is_longer_than_those_of_s3(s3: Any, untouched: str) -> None:
    assert s3.list_objects_v2(Bucket=untouched, MaxKeys=5000)["MaxKeys"] == 1000
    none = s3.list_objects_v2(Bucket=untouched, MaxKeys=0)
    assert (none["KeyCount"], none["IsTruncated"]) == (0, False)


def test_a_made_up_token_is_refused(s3: Any, untouched: str) -> None:
    for token in ("made up", "_w=="):
        with pytest.raises(ClientError, match="The continuation token provided is incorrect"):
            s3.list_objects_v2(Bucket=untouched, ContinuationToken=token)


def test_a_page_looks_at_no_more_names_than_it_has() -> None:
    looked_at: list[str] = []

    class Watched(OrderedKeys):
        def getlist(self, key: str, default: Any = None) -> Any:
            looked_at.append(key)
            return super().getlist(key, default)

    keys = Watched()
    for number in range(100_000):
        keys.setlist(f"input/{number:06d}.wav", [object()])
    looked_at.clear()
    page = list(islice(keys.walk("input/", "", keys.behind("input/050000.wav"), deleted=True), 1001))
    assert (len(page), looked_at[0], len(looked_at)) == (1001, "input/050001.wav", 1001)


def versions(s3: Any, bucket: str, size: int, **asked: Any) -> list[tuple[str, str, bool, bool]]:
    """All versions as `(key, id, whether it is a delete marker, whether it is the latest)`, as they come."""
    found = []
    config = {"PageSize": size}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig=config, **asked):
        for kind in ("Versions", "DeleteMarkers"):
            found += [
                (each["Key"], each["VersionId"], kind == "DeleteMarkers", each["IsLatest"])
                for each in page.get(kind, ())
            ]
    return found


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_every_version_is_listed_the_newest_first(s3: Any, filled: str, size: int) -> None:
    first = s3.list_object_versions(Bucket=filled, Prefix="b/1")["Versions"][0]["VersionId"]
    second = s3.put_object(Bucket=filled, Key="b/1", Body=b"newer")["VersionId"]
    marker = s3.delete_object(Bucket=filled, Key="b/1")["VersionId"]
    third = s3.put_object(Bucket=filled, Key="b/1", Body=b"newest")["VersionId"]
    listed = versions(s3, filled, size, Prefix="b/")
    assert [each for each in listed if each[0] == "b/1" and not each[2]] == [
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
        for each in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
            s3.delete_object(Bucket=filled, Key=each["Key"], VersionId=each["VersionId"])
    assert versions(s3, filled, 1000) == []


def test_versions_below_a_delimiter_are_one_entry(s3: Any, untouched: str) -> None:
    first = s3.list_object_versions(Bucket=untouched, Delimiter="/", MaxKeys=2)
    assert ([each["Key"] for each in first["Versions"]], first["IsTruncated"]) == (["a"], True)
    assert [each["Prefix"] for each in first["CommonPrefixes"]] == [first["NextKeyMarker"]] == ["a/"]
    rest = s3.list_object_versions(Bucket=untouched, Delimiter="/", KeyMarker=first["NextKeyMarker"])
    assert [each["Prefix"] for each in rest["CommonPrefixes"]] == ["b/", "c/", "d/", "ÿ/", "\uff21/", "🎤/"]
    assert [each["Key"] for each in rest["Versions"]] == ["a0", "b", "c", "🎤"]
