"""The bucket: missing objects, changed objects and denied access are three different answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.dags.bucket_objects import content, upload, upload_all
from tests.support.standin.standin_server import LocalAws
from transcription.contract.errors import RecordInvalid, RecordMissing, StorageDenied
from transcription.contract.manifest import Done, Item
from transcription.shared import bucket as bucket_module
from transcription.shared.bucket import Bucket
from transcription.shared.listed_object import ListedObject

RECORD = Done("run", (Item(0, "input/ä b.wav", "e", 1),))


def test_a_listing_goes_on_behind_its_first_page(aws: LocalAws, crowded: str) -> None:
    """Regression: of 1,100 files only the first 1,000 were listed."""
    listed = Bucket(crowded).list("output/")
    assert [entry.key for entry in listed] == [f"output/n{number:04d}" for number in range(1001)]
    assert aws.control("GET", "/_calls") == {"s3": {"LIST output/": 2}}


def test_a_listing_gives_key_etag_and_size(bucket: Bucket) -> None:
    item = upload(bucket, "input/x/a b#1.WAV", b"audio")
    (listed,) = bucket.list("input/")
    assert listed == bucket.find(item.key) == ListedObject(item.key, item.etag, 5)
    assert '"' not in listed.etag


def test_a_page_starts_after_a_key_and_returns_its_last_key(aws: LocalAws, crowded: str) -> None:
    bucket = Bucket(crowded)
    keys, last_key = bucket.list_page("output/", after="output/n")
    assert (len(keys), last_key) == (1000, "output/n0999")
    assert bucket.list_page("output/", after="output/n0998") == ({"output/n0999", "output/n1000"}, None)
    assert bucket.list_page("output/", after="output/o") == (set(), None)
    assert aws.control("GET", "/_calls") == {"s3": {"LIST output/": 3}}


def test_a_missing_object_is_none_and_denied_access_is_an_error(bucket: Bucket, aws: LocalAws) -> None:
    """Denied access must not look like a bucket without new audio."""
    assert bucket.read("output/a") is None
    assert bucket.find("output/a") is None
    assert bucket.find_record(Done, "output/a") is None
    aws.order(kind="deny", methods=["GET", "LIST"])
    reads: list[Callable[[str], object]] = [
        bucket.read,
        bucket.find,
        lambda key: bucket.find_record(Done, key),
        lambda key: list(bucket.list(key)),
        lambda key: bucket.list_page(key, after=key),
    ]
    for read in reads:
        with pytest.raises(
            StorageDenied, match=rf"at s3://{bucket.name}/output/a \((AccessDenied|403)\).*role may do this"
        ):
            read("output/a")


def test_a_bucket_that_is_not_there_is_an_error(aws: LocalAws) -> None:
    with pytest.raises(StorageDenied, match=r"no-such-bucket-anywhere.*NoSuchBucket.*the bucket exists"):
        Bucket("no-such-bucket-anywhere").read("output/a")


def test_a_record_comes_back_as_it_was(bucket: Bucket) -> None:
    assert bucket.write_record("runs/r/done.json", RECORD)
    assert bucket.read_record(Done, "runs/r/done.json") == RECORD
    assert bucket.client.head_object(Bucket=bucket.name, Key="runs/r/done.json")["ContentType"] == "application/json"


def test_a_record_that_is_written_once_is_never_overwritten(bucket: Bucket) -> None:
    assert bucket.write_record("runs/r", RECORD, once=True)
    assert not bucket.write_record("runs/r", Done("late", ()), once=True)
    assert bucket.read_record(Done, "runs/r") == RECORD
    assert bucket.write_record("runs/r", Done("again", ()))
    assert bucket.read_record(Done, "runs/r").run == "again"


def test_a_record_that_may_not_be_written_is_an_error(bucket: Bucket, aws: LocalAws) -> None:
    aws.order(kind="deny", methods=["PUT"], prefix="runs/")
    for once in (True, False):
        with pytest.raises(StorageDenied, match="AccessDenied"):
            bucket.write_record("runs/r", RECORD, once=once)


def test_a_missing_record_names_itself_and_what_to_do(bucket: Bucket) -> None:
    with pytest.raises(RecordMissing, match=rf"s3://{bucket.name}/runs/r does not exist.*Clear the run"):
        bucket.read_record(Done, "runs/r")


def test_an_object_that_is_no_record_is_an_error_that_names_its_key(bucket: Bucket) -> None:
    upload(bucket, "runs/r", b"{")
    with pytest.raises(RecordInvalid, match=rf"s3://{bucket.name}/runs/r is not JSON"):
        bucket.find_record(Done, "runs/r")


def test_a_copy_keeps_content_and_content_type(bucket: Bucket) -> None:
    bucket.client.put_object(Bucket=bucket.name, Key="input/a.wav", Body=b"audio", ContentType="audio/wav")
    (source,) = bucket.list("input/")
    bucket.copy(Item(0, source.key, source.etag, source.size), "processed/a.wav")
    assert bucket.client.head_object(Bucket=bucket.name, Key="processed/a.wav")["ContentType"] == "audio/wav"
    assert bucket.read("processed/a.wav") == b"audio"


def test_only_what_is_still_the_same_is_deleted(bucket: Bucket) -> None:
    unchanged, changed, gone = upload_all(bucket, "input/ä b+.wav", "input/b.wav", "input/c.wav")
    upload(bucket, changed.key, b"another")
    bucket.client.delete_object(Bucket=bucket.name, Key=gone.key)
    assert list(bucket.delete([unchanged, changed, gone])) == [changed, gone]
    assert content(bucket) == {changed.key: b"another"}


def test_a_deletion_of_which_every_object_is_denied_is_an_error(bucket: Bucket, aws: LocalAws) -> None:
    items = upload_all(bucket, "input/a.wav", "input/no/b.wav")
    aws.order(kind="deny", methods=["DELETE"], prefix="input/no/")
    aws.order(kind="deny", methods=["LIST"])
    with pytest.raises(StorageDenied, match=r"input/no/b\.wav.*AccessDenied"):
        bucket.delete(items)
    aws.control("DELETE", "/_faults")
    assert list(content(bucket)) == ["input/no/b.wav"]


def test_a_key_that_xml_cannot_hold_is_deleted_with_a_request_of_its_own(bucket: Bucket, aws: LocalAws) -> None:
    """S3 accepts control characters in keys, and XML does not.

    Regression: one such key failed the request that deletes up to 1,000 objects.
    """
    items = upload_all(bucket, "input/a.wav", "input/bell\x07.wav", "input/changed\x07.wav", "input/gone\x07.wav")
    _, _, changed, gone = items
    upload(bucket, changed.key, b"another")
    bucket.client.delete_object(Bucket=bucket.name, Key=gone.key)
    aws.control("DELETE", "/_calls")
    assert list(bucket.delete(items)) == [changed, gone]
    assert aws.control("GET", "/_calls")["s3"]["POST ?delete"] == 1
    assert [item.key for item in items if bucket.find(item.key)] == [changed.key]


def test_deleting_no_objects_needs_no_request(bucket: Bucket, aws: LocalAws) -> None:
    assert list(bucket.delete([])) == []
    assert aws.control("GET", "/_calls") == {}


def test_the_limits_are_those_of_s3() -> None:
    assert (bucket_module.PAGE, bucket_module.COPY_LIMIT) == (1_000, 5 * 2**30)
