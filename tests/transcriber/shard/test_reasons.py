"""A file without a result has a recorded reason, and one refused file does not stop its neighbours."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest

from tests.support.transcriber.shard_bucket import DRAFT, RUN, Bucket, Run, recorded_requests
from tests.support.transcriber.wav_files import Clip
from tests.transcriber.shard.test_resume import FailsForFileOne
from transcriber.shard.store import Store
from transcription.contract import records
from transcription.contract.errors import ShardIncomplete, StorageDenied
from transcription.contract.manifest import Failure, Item, Shard
from transcription.contract.reason import Reason
from transcription.contract.result import LEFT, TRANSCRIBED
from transcription.contract.run_keys import RunKeys

KEYS = RunKeys(RUN)
REASONS = KEYS.reasons(DRAFT)


@pytest.fixture
def shard(bucket: Bucket, clip: Clip) -> Shard:
    return bucket.plan({f"input/{name}.wav": clip.data for name in "abc"})


def reason(bucket: Bucket, number: int = 1) -> Reason:
    key = KEYS.file_reason(DRAFT, number)
    return records.load(Reason, bucket.read(key), key)


def check_only_the_second_file_has_a_reason(bucket: Bucket, shard: Shard) -> Failure:
    """Check that the first and third file are transcribed, and return why the second one is not."""
    assert bucket.keys(KEYS.results) == [KEYS.result(0), KEYS.result(2)]
    assert [bucket.result(number).status for number in (0, 2)] == [TRANSCRIBED] * 2
    assert bucket.keys(REASONS) == [KEYS.file_reason(DRAFT, 1)]
    assert reason(bucket).item == shard.items[1]
    return reason(bucket).failure


@pytest.mark.parametrize(
    ("method", "key"),
    [
        ("GET", "input/b.wav"),
        ("GET", KEYS.result(1)),
        ("PUT", "output/b"),
        ("PUT", "output/b.json"),
        ("PUT", KEYS.result(1)),
    ],
)
def test_the_refusal_of_one_object_is_the_reason_of_its_file(
    bucket: Bucket, run: Run, shard: Shard, method: str, key: str
) -> None:
    refused = (method, f"{bucket.name}/{key}")
    denied = recorded_requests(lambda *request: (403, "AccessDenied") if request == refused else None)
    with denied, pytest.raises(ShardIncomplete, match=r"1 of 3 files.*input/b\.wav"):
        run()
    failure = check_only_the_second_file_has_a_reason(bucket, shard)
    assert failure.code == "OBJECT_DENIED"
    assert f"s3://{bucket.name}/{key}" in failure.message
    assert "AccessDenied" in failure.message


def test_an_error_of_s3_is_the_reason_of_its_file(bucket: Bucket, run: Run, shard: Shard) -> None:
    failing = recorded_requests(lambda _, path: (400, "KMS.DisabledException") if path.endswith("/b.wav") else None)
    with failing, pytest.raises(ShardIncomplete):
        run()
    assert check_only_the_second_file_has_a_reason(bucket, shard).code == "STORAGE_FAILED"


def test_a_file_that_does_not_fit_on_the_disk_has_that_reason(
    bucket: Bucket, run: Run, shard: Shard, monkeypatch: pytest.MonkeyPatch
) -> None:
    download = Store.download

    def download_or_fail(store: Store, item: Item) -> Iterator[bytes]:
        if item.number == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return download(store, item)

    monkeypatch.setattr(Store, "download", download_or_fail)
    with pytest.raises(ShardIncomplete):
        run()
    failure = check_only_the_second_file_has_a_reason(bucket, shard)
    assert failure.code == "DISK_FAILED"
    assert "No space left on device" in failure.message


def test_a_file_that_the_engine_fails_for_has_that_reason(
    bucket: Bucket, run: Run, shard: Shard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcriber.selection.engine_selection.EnginePool", FailsForFileOne)
    with pytest.raises(ShardIncomplete):
        run()
    assert check_only_the_second_file_has_a_reason(bucket, shard) == Failure("ENGINE_FAILED", "nothing")


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
@pytest.mark.usefixtures("shard")
def test_an_archived_file_is_left_until_somebody_restores_it(
    bucket: Bucket, run: Run, clip: Clip, storage_class: str
) -> None:
    """No listing shows the archive tiers of INTELLIGENT_TIERING, so that an archived file can reach a child."""
    bucket.client.put_object(Bucket=bucket.name, Key="input/b.wav", Body=clip.data, StorageClass=storage_class)
    run()
    assert [bucket.result(number).status for number in range(3)] == [TRANSCRIBED, LEFT, TRANSCRIBED]
    failure = bucket.result(1).failure
    assert failure is not None
    assert failure.code == "INPUT_ARCHIVED"
    assert "Restore it first" in failure.message
    bucket.client.restore_object(Bucket=bucket.name, Key="input/b.wav", RestoreRequest={"Days": 1})
    run()
    assert bucket.result(1).status == TRANSCRIBED


def test_a_shard_that_succeeds_records_no_reasons(bucket: Bucket, run: Run, shard: Shard) -> None:
    run()
    assert bucket.keys(REASONS) == []
    assert len(bucket.keys(KEYS.results)) == len(shard.items)


def test_a_child_that_may_write_nothing_at_all_ends_at_once(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({f"input/{number}.wav": clip.data for number in range(40)})
    denied = recorded_requests(lambda method, _: (403, "AccessDenied") if method == "PUT" else None)
    with denied as requests, pytest.raises(StorageDenied, match="refuses everything"):
        run()
    assert sum("/input/" in path for _, path in requests) < 40


def test_refused_files_do_not_end_a_child_that_can_write_others(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.plan({f"input/{number}.wav": clip.data for number in range(20)})
    denied = recorded_requests(lambda _, path: (403, "AccessDenied") if "/output/1" in path else None)
    with denied, pytest.raises(ShardIncomplete, match="11 of 20 files"):
        run()
    assert len(bucket.keys(KEYS.results)) == 9
    assert len(bucket.keys(REASONS)) == 11


@pytest.mark.usefixtures("shard")
def test_refused_credentials_end_the_child_and_are_no_reason_of_one_file(bucket: Bucket, run: Run) -> None:
    expired = recorded_requests(lambda _, path: (400, "ExpiredToken") if path.endswith("input/b.wav") else None)
    with expired, pytest.raises(StorageDenied, match="ExpiredToken"):
        run()
    assert KEYS.file_reason(DRAFT, 1) not in bucket.keys(REASONS)


@pytest.mark.usefixtures("shard")
def test_a_reason_that_s3_does_not_accept_changes_nothing_else(
    bucket: Bucket, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    def respond(_: str, path: str) -> tuple[int, str] | None:
        failing = path.endswith("input/b.wav") or "/reasons/" in path
        return (400, "KMS.DisabledException") if failing else None

    with recorded_requests(respond), pytest.raises(ShardIncomplete, match="1 of 3 files"):
        run()
    assert bucket.keys(KEYS.results) == [KEYS.result(number) for number in (0, 2)]
    assert any("was not recorded" in message for message in caplog.messages)
