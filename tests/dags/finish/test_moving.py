"""Moving: no audio leaves `input/` unless its copy exists."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.dags.bucket_objects import files, upload, upload_all
from tests.support.dags.outcome_lists import move_files, move_verified, write_verdicts
from tests.support.standin.standin_server import LocalAws
from transcription.contract import keys, result
from transcription.contract.errors import StorageDenied
from transcription.contract.manifest import Failure, Item
from transcription.finish.outcomes import DONE_BEFORE, MISSING, Outcome
from transcription.shared import bucket as bucket_module
from transcription.shared.bucket import Bucket

KEY = "input/x/a b#1.WAV"
MOVING = [result.TRANSCRIBED, DONE_BEFORE, result.FAILED]


def outcomes(status: str, *items: Item) -> tuple[Outcome, ...]:
    """Make the outcomes of verification, all with one status."""
    failure = None if status in (result.TRANSCRIBED, DONE_BEFORE) else Failure("AUDIO_EMPTY", "no bytes")
    return tuple(Outcome(item, status, failure) for item in items)


def move_one(bucket: Bucket, item: Item, status: str = result.TRANSCRIBED) -> Outcome:
    (outcome,) = move_files(bucket, *outcomes(status, item))
    return outcome


def status_and_code(outcome: Outcome) -> tuple[str, str]:
    return outcome.status, outcome.failure.code if outcome.failure else ""


@pytest.mark.parametrize("status", [result.TRANSCRIBED, DONE_BEFORE])
def test_a_finished_file_goes_to_processed(bucket: Bucket, status: str) -> None:
    assert move_one(bucket, upload(bucket, KEY), status).status == status
    assert files(bucket) == {"processed/x/a b#1.WAV": b"audio"}


def test_a_file_that_can_never_be_transcribed_goes_to_failed_with_its_reason(bucket: Bucket) -> None:
    assert move_one(bucket, upload(bucket, KEY), result.FAILED).status == result.FAILED
    assert sorted(files(bucket)) == ["failed/x/a b#1.WAV", "failed/x/a b#1.WAV.error.json"]
    reason = bucket.read_record(Outcome, keys.failed_reason(KEY))
    assert reason.failure == Failure("AUDIO_EMPTY", "no bytes")


@pytest.mark.parametrize("status", [MISSING, result.LEFT])
def test_any_other_file_stays_and_needs_no_request(bucket: Bucket, aws: LocalAws, status: str) -> None:
    item = upload(bucket, KEY)
    write_verdicts(bucket, "run", outcomes(status, item))
    aws.control("DELETE", "/_calls")
    (outcome,) = move_verified(bucket, "run")
    assert outcome.status == status
    assert {name.split()[1] for name in aws.control("GET", "/_calls")["s3"]} == {"runs/"}
    assert files(bucket) == {KEY: b"audio"}


def test_moving_takes_one_copy_per_file_and_one_deletion_per_thousand(
    bucket: Bucket, aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcription.finish.moving.PAGE", 10)  # instead of 1,000, so that 25 files are enough
    items = upload_all(bucket, *(f"input/{number:02d}.wav" for number in range(25)))
    write_verdicts(bucket, "run", outcomes(result.TRANSCRIBED, *items))
    aws.control("DELETE", "/_calls")
    moved = move_verified(bucket, "run")
    # GET: the page of verification, and a look for the page of an earlier attempt. The last GET reads the result.
    records = {"GET runs/": 2 + 1, "PUT runs/": 1}
    assert aws.control("GET", "/_calls") == {"s3": {"COPY processed/": 25, "POST ?delete": 3, **records}}
    assert [outcome.item for outcome in moved] == list(items)
    assert sorted(files(bucket)) == [f"processed/{number:02d}.wav" for number in range(25)]


@pytest.mark.parametrize("status", MOVING)
def test_a_file_that_was_uploaded_again_meanwhile_stays_for_the_next_run(bucket: Bucket, status: str) -> None:
    planned = upload(bucket, KEY)
    upload(bucket, KEY, b"better audio")
    outcome = move_one(bucket, planned, status)
    assert status_and_code(outcome) == (result.LEFT, "INPUT_CHANGED")
    assert "the next run takes it" in str(outcome.failure)
    assert files(bucket) == {KEY: b"better audio"}


def test_a_file_that_is_uploaded_again_between_copy_and_delete_stays(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = upload(bucket, KEY)
    copy = Bucket.copy

    def copy_then_upload_again(self: Bucket, source: Item, target: str) -> None:
        copy(self, source, target)
        upload(bucket, KEY, b"better audio")

    monkeypatch.setattr(Bucket, "copy", copy_then_upload_again)
    assert status_and_code(move_one(bucket, planned)) == (result.LEFT, "INPUT_CHANGED")
    assert files(bucket)[KEY] == b"better audio"


def test_a_file_that_was_deleted_meanwhile_is_reported(bucket: Bucket) -> None:
    planned = upload(bucket, KEY)
    bucket.client.delete_object(Bucket=bucket.name, Key=KEY)
    assert status_and_code(move_one(bucket, planned)) == (result.LEFT, "INPUT_DELETED")
    assert files(bucket) == {}


def test_an_older_file_in_processed_does_not_count_as_the_copy(bucket: Bucket) -> None:
    """`processed/` may hold an older upload of the same name."""
    planned = upload(bucket, KEY)
    upload(bucket, keys.processed(KEY), b"older and longer audio")
    bucket.client.delete_object(Bucket=bucket.name, Key=KEY)
    assert status_and_code(move_one(bucket, planned)) == (result.LEFT, "INPUT_DELETED")


def test_neighbours_of_a_file_that_changed_are_moved(bucket: Bucket) -> None:
    items = upload_all(bucket, "input/a.wav", "input/b.wav", "input/c.wav", "input/d.wav")
    upload(bucket, "input/b.wav", b"better audio")
    bucket.client.delete_object(Bucket=bucket.name, Key="input/c.wav")
    moved = move_files(bucket, *outcomes(result.TRANSCRIBED, *items))
    assert [outcome.status for outcome in moved] == [result.TRANSCRIBED, result.LEFT, result.LEFT, result.TRANSCRIBED]
    assert sorted(files(bucket)) == ["input/b.wav", "processed/a.wav", "processed/d.wav"]


def test_one_file_that_s3_does_not_copy_is_named_and_its_neighbours_are_moved(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One S3 error used to stop the move of all other files."""
    items = upload_all(bucket, "input/a.wav", "input/b.wav", "input/c.wav")
    copy = Bucket.copy

    def fail_for_one(self: Bucket, source: Item, target: str) -> None:
        if source == items[1]:
            raise ClientError({"Error": {"Code": "InternalError", "Message": "We encountered an error."}}, "CopyObject")
        copy(self, source, target)

    monkeypatch.setattr(Bucket, "copy", fail_for_one)
    moved = move_files(bucket, *outcomes(result.TRANSCRIBED, *items))
    assert [status_and_code(outcome) for outcome in moved] == [
        (result.TRANSCRIBED, ""),
        (MISSING, "STORAGE_FAILED"),
        (result.TRANSCRIBED, ""),
    ]
    assert set(files(bucket)) == {"input/b.wav", "processed/a.wav", "processed/c.wav"}
    monkeypatch.undo()
    assert move_files(bucket, *outcomes(result.TRANSCRIBED, *items))[1].status == result.TRANSCRIBED


@pytest.mark.parametrize("status", MOVING)
@pytest.mark.parametrize("step", ["copy", "write_record", "delete"])
def test_a_move_that_was_cut_off_is_finished_the_next_time(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, step: str, status: str
) -> None:
    planned = upload(bucket, KEY)
    write_verdicts(bucket, "run", outcomes(status, planned))

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Bucket, step, cut_off)
        with pytest.raises(KeyboardInterrupt):
            move_verified(bucket, "run")
    # A failed file has a record of its own, before it is deleted. The outcomes are written after the deletion.
    assert (KEY in files(bucket)) is (step != "write_record" or status == result.FAILED)
    for _ in range(2):  # the second time, as in a cleared task, the files are gone already
        assert move_one(bucket, planned, status).status == status
    target = keys.failed(KEY) if status == result.FAILED else keys.processed(KEY)
    assert files(bucket)[target] == b"audio"
    assert KEY not in files(bucket)
    assert (keys.failed_reason(KEY) in files(bucket)) is (status == result.FAILED)


def test_a_deletion_that_fails_in_part_is_finished_the_next_time(bucket: Bucket, aws: LocalAws) -> None:
    items = upload_all(bucket, "input/a.wav", "input/no/b.wav", "input/z.wav")
    aws.order(kind="deny", methods=["DELETE"], prefix="input/no/")
    moved = move_files(bucket, *outcomes(result.TRANSCRIBED, *items))
    assert [status_and_code(outcome) for outcome in moved] == [
        (result.TRANSCRIBED, ""),
        (MISSING, "OBJECT_DENIED"),
        (result.TRANSCRIBED, ""),
    ]
    assert set(files(bucket)) == {"input/no/b.wav", "processed/a.wav", "processed/no/b.wav", "processed/z.wav"}
    aws.control("DELETE", "/_faults")
    moved = move_files(bucket, *outcomes(result.TRANSCRIBED, *items))
    assert {outcome.status for outcome in moved} == {result.TRANSCRIBED}
    assert set(files(bucket)) == {"processed/a.wav", "processed/no/b.wav", "processed/z.wav"}


@pytest.mark.parametrize(("methods", "prefix"), [(["PUT"], "processed/"), (["GET"], "input/")])
def test_denied_access_stops_the_move_and_loses_nothing(
    bucket: Bucket, aws: LocalAws, methods: list[str], prefix: str
) -> None:
    planned = upload(bucket, KEY)
    aws.order(kind="deny", methods=methods, prefix=prefix)
    aws.order(kind="deny", methods=["LIST"])
    with pytest.raises(StorageDenied, match="AccessDenied"):
        move_one(bucket, planned)
    aws.control("DELETE", "/_faults")
    assert files(bucket) == {KEY: b"audio"}


def test_a_reason_that_cannot_be_written_keeps_the_audio(bucket: Bucket, aws: LocalAws) -> None:
    planned = upload(bucket, KEY)
    aws.order(kind="deny", methods=["PUT"], prefix=keys.failed_reason(KEY))
    outcome = move_one(bucket, planned, result.FAILED)
    assert status_and_code(outcome) == (MISSING, "OBJECT_DENIED")
    assert keys.failed_reason(KEY) in str(outcome.failure)
    assert files(bucket)[KEY] == b"audio"


def test_a_broken_bucket_stops_the_move(bucket: Bucket) -> None:
    upload(bucket, KEY)
    with pytest.raises(StorageDenied, match=r"no-such-bucket-anywhere.*NoSuchBucket"):
        move_verified(Bucket("no-such-bucket-anywhere"), "run")
    assert files(bucket) == {KEY: b"audio"}


@pytest.fixture
def large(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Item:
    """A file that is too large for one copy request. boto3 copies it in parts of 8 MiB."""
    monkeypatch.setattr(bucket_module, "COPY_LIMIT", 2**20)
    return upload(bucket, KEY, bytes(range(256)) * (17 * 2**20 // 256))


def test_a_file_above_the_limit_of_a_copy_is_copied_in_parts(bucket: Bucket, large: Item, aws: LocalAws) -> None:
    """Above 5 GB the copy used to fail each night, after the transcript had been written."""
    aws.control("DELETE", "/_calls")
    assert move_one(bucket, large).status == result.TRANSCRIBED
    calls = aws.control("GET", "/_calls")["s3"]
    assert calls["COPY processed/"] == 3
    assert {name: len(data or b"") for name, data in files(bucket).items()} == {keys.processed(KEY): large.size}
    assert bucket.read(keys.processed(KEY)) == bytes(range(256)) * (17 * 2**20 // 256)


def test_a_large_file_that_was_uploaded_again_stays(bucket: Bucket, large: Item) -> None:
    upload(bucket, KEY, b"better audio")
    assert status_and_code(move_one(bucket, large)) == (result.LEFT, "INPUT_CHANGED")
    assert files(bucket) == {KEY: b"better audio"}


def test_a_large_file_that_is_uploaded_again_between_two_parts_stays(bucket: Bucket, large: Item) -> None:
    """Otherwise the copy would hold half of one recording and half of another."""
    parts: list[Any] = []

    def before_each_part(**_: object) -> None:
        parts.append(1)
        if len(parts) == 2:
            upload(bucket, KEY, bytes(large.size))

    events = bucket.client.meta.events
    events.register("before-call.s3.UploadPartCopy", before_each_part)
    try:
        assert status_and_code(move_one(bucket, large)) == (result.LEFT, "INPUT_CHANGED")
    finally:
        events.unregister("before-call.s3.UploadPartCopy", before_each_part)
    assert list(files(bucket)) == [KEY]


def test_a_large_file_that_was_deleted_is_reported(bucket: Bucket, large: Item) -> None:
    bucket.client.delete_object(Bucket=bucket.name, Key=KEY)
    assert status_and_code(move_one(bucket, large)) == (result.LEFT, "INPUT_DELETED")
