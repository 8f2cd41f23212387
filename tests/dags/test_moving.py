"""Moving: no audio may leave `input/` for nowhere."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from transcription.bucket import Bucket
from transcription.contract import keys, result
from transcription.contract.manifest import Failure, Item
from transcription.moving import move
from transcription.outcomes import MISSING, Outcome, Outcomes

KEY = "input/x/a b#1.WAV"


def upload(bucket: Bucket, content: bytes = b"audio") -> Item:
    etag = bucket.client.put_object(Bucket=bucket.name, Key=KEY, Body=content)["ETag"].strip('"')
    return Item(0, KEY, etag, len(content))


def moved(bucket: Bucket, item: Item, status: str) -> Outcome:
    failure = Failure("AUDIO_EMPTY", "no bytes") if status != result.TRANSCRIBED else None
    (outcome,) = move(bucket, Outcomes("run", (Outcome(item, status, failure),))).files
    return outcome


def content(bucket: Bucket) -> dict[str, bytes | None]:
    return {found.key: bucket.read(found.key) for found in bucket.list("")}


def test_a_finished_file_goes_to_processed(bucket: Bucket) -> None:
    assert moved(bucket, upload(bucket), result.TRANSCRIBED).status == result.TRANSCRIBED
    assert content(bucket) == {"processed/x/a b#1.WAV": b"audio"}


def test_a_file_that_can_never_be_transcribed_goes_to_failed_with_its_reason(bucket: Bucket) -> None:
    assert moved(bucket, upload(bucket), result.FAILED).status == result.FAILED
    assert sorted(content(bucket)) == ["failed/x/a b#1.WAV", "failed/x/a b#1.WAV.error.json"]
    reason = bucket.read_record(Outcome, keys.failed_reason(KEY))
    assert reason.failure == Failure("AUDIO_EMPTY", "no bytes")


@pytest.mark.parametrize("status", [MISSING, result.LEFT])
def test_anything_else_stays(bucket: Bucket, status: str) -> None:
    assert moved(bucket, upload(bucket), status).status == status
    assert content(bucket) == {KEY: b"audio"}


@pytest.mark.parametrize("status", [result.TRANSCRIBED, result.FAILED])
def test_a_file_that_was_uploaded_again_meanwhile_stays_for_the_next_run(bucket: Bucket, status: str) -> None:
    planned = upload(bucket)
    upload(bucket, b"better audio")
    outcome = moved(bucket, planned, status)
    assert (outcome.status, outcome.failure and outcome.failure.code) == (result.LEFT, "INPUT_CHANGED")
    assert content(bucket) == {KEY: b"better audio"}


def test_a_file_that_is_uploaded_again_between_copy_and_delete_stays(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = upload(bucket)
    copy = Bucket.copy

    def copy_then_lose_the_race(self: Bucket, source: Item, target: str) -> None:
        copy(self, source, target)
        upload(bucket, b"better audio")

    monkeypatch.setattr(Bucket, "copy", copy_then_lose_the_race)
    assert moved(bucket, planned, result.TRANSCRIBED).status == result.LEFT
    assert content(bucket)[KEY] == b"better audio"


def test_a_file_that_was_deleted_meanwhile_is_reported(bucket: Bucket) -> None:
    planned = upload(bucket)
    bucket.client.delete_object(Bucket=bucket.name, Key=KEY)
    outcome = moved(bucket, planned, result.TRANSCRIBED)
    assert (outcome.status, outcome.failure and outcome.failure.code) == (result.LEFT, "INPUT_DELETED")


@pytest.mark.parametrize("step", ["copy", "delete"])
def test_a_move_that_was_cut_off_is_finished_the_next_time(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    planned = upload(bucket)

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Bucket, step, cut_off)
        with pytest.raises(KeyboardInterrupt):
            moved(bucket, planned, result.TRANSCRIBED)
    assert KEY in content(bucket)
    for _ in range(2):  # once more than needed: a cleared task runs over files that are gone already
        assert moved(bucket, planned, result.TRANSCRIBED).status == result.TRANSCRIBED
    assert content(bucket) == {"processed/x/a b#1.WAV": b"audio"}


def test_a_broken_bucket_stops_the_move(bucket: Bucket) -> None:
    planned = upload(bucket)
    with pytest.raises(ClientError):
        moved(Bucket("no-such-bucket-anywhere"), planned, result.TRANSCRIBED)
    assert content(bucket) == {KEY: b"audio"}
