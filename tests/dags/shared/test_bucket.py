"""The bucket: objects that do not exist, changed objects and denied access are told apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.dags.bucket_objects import content, upload, upload_all
from tests.support.standin.standin_server import LocalAws
from transcription.contract.errors import RecordInvalid, RecordMissing, StorageDenied
from transcription.contract.manifest import Done, Item
from transcription.shared import bucket as module
from transcription.shared.bucket import Bucket

RECORD = Done("run", (Item(0, "input/ä b.wav", "e", 1),))


def test_a_listing_goes_on_behind_its_first_page(aws: LocalAws, crowded: str) -> None:
    """Of 1,100 files 100 used to stay behind."""
    found = list(Bucket(crowded).list("output/"))
    assert [each.key for each in found] == [f"output/n{number:04d}" for number in range(1001)]
    assert aws.control("GET", "/_calls") == {"s3": {"LIST output/": 2}}


def test_a_listing_tells_what_a_manifest_needs(bucket: Bucket) -> None:
    item = upload(bucket, "input/x/a b#1.WAV", b"audio")
    (found,) = bucket.list("input/")
    assert found == bucket.find(item.key) == (item.key, item.etag, 5)
    assert '"' not in found.etag


def test_a_page_begins_behind_a_key_and_says_how_far_it_reaches(aws: LocalAws, crowded: str) -> None:
    bucket = Bucket(crowded)
    shown, last = bucket.list_page("output/", after="output/n")
    assert (len(shown), last) == (1000, "output/n0999")
    assert bucket.list_page("output/", after="output/n0998") == ({"output/n0999", "output/n1000"}, None)
    assert bucket.list_page("output/", after="output/o") == (set(), None)
    assert aws.control("GET", "/_calls") == {"s3": {"LIST output/": 3}}


def test_what_is_not_there_is_nothing_and_what_is_denied_is_an_error(bucket: Bucket, aws: LocalAws) -> None:
    """Denied access must never look like a quiet night."""
    assert bucket.read("output/a") is None
    assert bucket.find("output/a") is None
    assert bucket.find_record(Done, "output/a") is None
    aws.order(kind="deny", methods=["GET", "LIST"])
    asked: list[Callable[[str], object]] = [
        bucket.read,
        bucket.find,
        lambda key: bucket.find_record(Done, key),
        lambda key: list(bucket.list(key)),
        lambda key: bucket.list_page(key, after=key),
    ]
    for ask in asked:
        with pytest.raises(
            StorageDenied, match=rf"at s3://{bucket.name}/output/a \((AccessDenied|403)\).*role may do this"
        ):
            ask("output/a")


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


def test_something_else_in_a_records_place_names_itself(bucket: Bucket) -> None:
    upload(bucket, "runs/r", b"{")
    with pytest.raises(RecordInvalid, match=rf"s3://{bucket.name}/runs/r is not JSON"):
        bucket.find_record(Done, "runs/r")


def test_a_copy_keeps_what_people_see_of_an_object(bucket: Bucket) -> None:
    bucket.client.put_object(Bucket=bucket.name, Key="input/a.wav", Body=b"audio", ContentType="audio/wav")
    (found,) = bucket.list("input/")
    bucket.copy(Item(0, *found), "processed/a.wav")
    assert bucket.client.head_object(Bucket=bucket.name, Key="processed/a.wav")["ContentType"] == "audio/wav"
    assert bucket.read("processed/a.wav") == b"audio"


def test_only_what_is_still_the_same_is_deleted(bucket: Bucket) -> None:
    same, changed, gone = upload_all(bucket, "input/ä b+.wav", "input/b.wav", "input/c.wav")
    upload(bucket, changed.key, b"another")
    bucket.client.delete_object(Bucket=bucket.name, Key=gone.key)
    assert list(bucket.delete([same, changed, gone])) == [changed, gone]
    assert content(bucket) == {changed.key: b"another"}


def test_a_deletion_that_is_denied_is_an_error(bucket: Bucket, aws: LocalAws) -> None:
    items = upload_all(bucket, "input/a.wav", "input/no/b.wav")
    aws.order(kind="deny", methods=["DELETE"], prefix="input/no/")
    with pytest.raises(StorageDenied, match=r"input/no/b\.wav.*AccessDenied"):
        bucket.delete(items)
    assert list(content(bucket)) == ["input/no/b.wav"]


def test_a_name_that_no_list_of_deletions_can_hold_is_deleted_by_itself(bucket: Bucket, aws: LocalAws) -> None:
    """S3 keeps such names, and XML does not: one of them used to stop the deletion of a thousand others."""
    items = upload_all(bucket, "input/a.wav", "input/bell\x07.wav", "input/changed\x07.wav", "input/gone\x07.wav")
    upload(bucket, items[2].key, b"another")
    bucket.client.delete_object(Bucket=bucket.name, Key=items[3].key)
    aws.control("DELETE", "/_calls")
    assert list(bucket.delete(items)) == [items[2], items[3]]
    assert aws.control("GET", "/_calls")["s3"]["POST ?delete"] == 1
    assert [key for key in (item.key for item in items) if bucket.find(key)] == [items[2].key]


def test_nothing_to_delete_asks_for_nothing(bucket: Bucket, aws: LocalAws) -> None:
    assert list(bucket.delete([])) == []
    assert aws.control("GET", "/_calls") == {}


def test_the_limits_are_those_of_s3() -> None:
    assert (module.PAGE, module.COPY_LIMIT) == (1_000, 5 * 2**30)
