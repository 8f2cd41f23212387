"""Failed files: why they failed, their way back to `input/`, and the start of a run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from tests.support.dags.bucket_objects import content, upload
from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.requests import s3_requests
from tests.support.standin.standin_server import LocalAws
from transcript_pages import failed_files, failure_reasons, run_start
from transcript_pages.audio_bucket import AudioBucket
from transcription.contract import keys
from transcription.contract.errors import InputError
from transcription.contract.manifest import Failure, Item
from transcription.contract.result import FAILED
from transcription.finish.outcomes import Outcome
from transcription.shared.bucket import Bucket

INPUT = "input/2026/a b#1.wav"


def fail(bucket: Bucket, key: str = INPUT, code: str = "AUDIO_EMPTY") -> str:
    """Put a file into `failed/`, as a run does, and return its ETag."""
    item = upload(bucket, keys.failed(key), b"audio")
    outcome = Outcome(Item(0, key, item.etag, 5), FAILED, Failure(code, "It has no bytes."))
    bucket.write_record(keys.failed_reason(key), outcome)
    return item.etag


def try_again(client: BrowserClient, key: str, etag: str, **request: Any) -> Response:
    return client.change("POST", "failed/try-again", json={"key": key, "etag": etag}, **request)


def test_the_page_lists_files_and_a_script_asks_for_their_reasons(
    editor: BrowserClient, bucket: Bucket, aws: LocalAws
) -> None:
    etag = fail(bucket)
    aws.control("DELETE", "/_calls")
    page = editor.text("failed")
    assert s3_requests(aws) <= 5
    assert f'data-key="{keys.failed(INPUT)}" data-etag="{etag}"' in page
    assert page.count("data-key") == 1
    reason = editor.get("failed-reason", key=keys.failed(INPUT)).json()
    assert reason == {
        "words": "The file is empty",
        "advice": "Upload the original file again.",
        "message": "It has no bytes.",
        "code": "AUDIO_EMPTY",
        "recording": "",
    }


@pytest.mark.parametrize("kind", InputError.__subclasses__())
def test_each_reason_has_words_and_advice(kind: type[InputError]) -> None:
    reason = failure_reasons.reason_of(kind.code)
    assert reason.words
    assert reason.advice
    assert reason != failure_reasons.reason_of("A_CODE_OF_ANOTHER_RELEASE")


def test_a_file_goes_back_to_input(editor: BrowserClient, bucket: Bucket) -> None:
    etag = fail(bucket)
    answer = try_again(editor, keys.failed(INPUT), etag)
    assert (answer.status_code, answer.json()) == (200, {"key": INPUT})
    assert content(bucket) == {INPUT: b"audio"}


def test_a_replayed_request_changes_nothing(editor: BrowserClient, bucket: Bucket) -> None:
    etag = fail(bucket)
    try_again(editor, keys.failed(INPUT), etag)
    bucket.client.delete_object(Bucket=bucket.name, Key=INPUT)
    assert try_again(editor, keys.failed(INPUT), etag).status_code == 409
    assert content(bucket) == {}


def test_a_file_that_was_replaced_stays(editor: BrowserClient, bucket: Bucket) -> None:
    etag = fail(bucket)
    upload(bucket, keys.failed(INPUT), b"other audio")
    assert try_again(editor, keys.failed(INPUT), etag).status_code == 409
    assert content(bucket)[keys.failed(INPUT)] == b"other audio"
    assert INPUT not in content(bucket)


def test_a_new_upload_with_the_same_name_is_not_overwritten(editor: BrowserClient, bucket: Bucket) -> None:
    etag = fail(bucket)
    upload(bucket, INPUT, b"new audio")
    answer = try_again(editor, keys.failed(INPUT), etag)
    assert answer.status_code == 409
    assert "already" in answer.json()["error"]
    assert content(bucket)[INPUT] == b"new audio"


def test_an_upload_during_the_request_is_not_overwritten(
    editor: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody uploads a file with this name between the last look at `input/` and the copy."""
    etag = fail(bucket)
    original = failed_files._copy

    def copy(*arguments: Any) -> None:
        upload(bucket, INPUT, b"new audio")
        original(*arguments)

    monkeypatch.setattr(failed_files, "_copy", copy)
    assert try_again(editor, keys.failed(INPUT), etag).status_code == 409
    assert content(bucket)[INPUT] == b"new audio"
    assert content(bucket)[keys.failed(INPUT)] == b"audio"


def test_a_copy_whose_answer_was_lost_counts(editor: BrowserClient, bucket: Bucket) -> None:
    """botocore sends the copy again, and finds the file of its first request."""
    etag = fail(bucket)
    upload(bucket, INPUT, b"audio")
    assert try_again(editor, keys.failed(INPUT), etag).json() == {"key": INPUT}
    assert content(bucket) == {INPUT: b"audio"}


def test_a_file_with_a_shortened_name_gets_its_own_name_back(editor: BrowserClient, bucket: Bucket) -> None:
    key = f"input/{'x' * 1010}.wav"
    etag = fail(bucket, key, "NAME_INVALID")
    assert try_again(editor, keys.failed(key), etag).json() == {"key": key}


def test_a_record_cannot_choose_where_a_file_goes(editor: BrowserClient, bucket: Bucket) -> None:
    """Only the name that leads to this place in `failed/` is taken from the record."""
    etag = upload(bucket, keys.failed(INPUT), b"audio").etag
    other = f"models{INPUT.removeprefix(keys.INPUT_FOLDER)}"
    assert keys.failed(other) == keys.failed(INPUT)
    bucket.write_record(keys.failed_reason(INPUT), Outcome(Item(0, other, "e", 5), FAILED))
    assert try_again(editor, keys.failed(INPUT), etag).json() == {"key": INPUT}


@pytest.mark.parametrize("key", ["output/a", "failed/", "failed/a.wav.error.json", "../failed/a", ""])
def test_only_failed_files_can_be_sent_back(key: str, editor: BrowserClient) -> None:
    assert try_again(editor, key, "e").status_code == 422
    assert editor.get("failed-reason", key=key).status_code == 422


def test_a_viewer_may_look_but_not_change(viewer: BrowserClient, bucket: Bucket) -> None:
    etag = fail(bucket)
    page = viewer.text("failed")
    assert keys.failed(INPUT) in page
    assert "Try again" not in page
    assert "Transcribe now" not in page
    assert try_again(viewer, keys.failed(INPUT), etag).status_code == 403
    assert viewer.change("POST", "runs", json={}).status_code == 403
    assert keys.failed(INPUT) in content(bucket)


def test_a_forged_request_changes_nothing(editor: BrowserClient, bucket: Bucket) -> None:
    etag = fail(bucket)
    assert try_again(editor, keys.failed(INPUT), etag, token="").status_code == 403
    assert keys.failed(INPUT) in content(bucket)


def delete(client: BrowserClient, key: str, etag: str) -> Response:
    return client.change("POST", "failed/delete", json={"key": key, "etag": etag})


def test_a_failed_file_can_be_deleted_with_its_record(editor: BrowserClient, bucket: Bucket) -> None:
    upload(bucket, keys.failed("input/other.wav"))
    before = content(bucket)
    etag = fail(bucket)
    assert delete(editor, keys.failed(INPUT), etag).status_code == 200
    assert content(bucket) == before
    replayed = delete(editor, keys.failed(INPUT), etag)
    assert (replayed.status_code, replayed.json()["error"]) == (
        409,
        "The file has changed or is gone. Reload the page.",
    )


def test_a_file_that_was_replaced_is_not_deleted(editor: BrowserClient, bucket: Bucket) -> None:
    etag = fail(bucket)
    upload(bucket, keys.failed(INPUT), b"other audio")
    before = content(bucket)
    assert delete(editor, keys.failed(INPUT), etag).status_code == 409
    assert content(bucket) == before


@pytest.mark.parametrize("key", ["output/a", "failed/", "failed/a.wav.error.json", "../failed/a", ""])
def test_only_failed_files_can_be_deleted(key: str, editor: BrowserClient) -> None:
    assert delete(editor, key, "e").status_code == 422


@pytest.mark.parametrize(
    ("code", "minutes", "recording"),
    [("AUDIO_EMPTY", 1, "2026/a b#1"), ("AUDIO_EMPTY", -1, ""), ("OUTPUT_CONFLICT", 1, "")],
)
def test_the_page_knows_that_a_better_file_was_transcribed_since(
    *, code: str, minutes: int, recording: str, viewer: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the code `OUTPUT_CONFLICT`, the transcript is that of the other file."""
    fail(bucket, code=code)
    assert viewer.get("failed-reason", key=keys.failed(INPUT)).json()["recording"] == ""
    transcript = upload(bucket, keys.transcript_json("2026/a b#1"), b"{}")
    head = AudioBucket.head

    def head_with_time(self: AudioBucket, key: str) -> Any:
        answer = head(self, key)
        if answer and key == transcript.key:
            answer["LastModified"] += timedelta(minutes=minutes)
        return answer

    monkeypatch.setattr(AudioBucket, "head", head_with_time)
    assert viewer.get("failed-reason", key=keys.failed(INPUT)).json()["recording"] == recording


def test_a_better_file_is_uploaded_into_the_same_folder(editor: BrowserClient, bucket: Bucket) -> None:
    fail(bucket)
    assert 'href="/transcripts/upload?folder=2026"' in editor.text("failed")
    assert 'name="folder" value="2026"' in editor.text("upload", folder="2026")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """Collect the runs that Airflow is told to start."""
    calls: list[dict[str, Any]] = []

    class Run:
        run_id = "manual__1"

    def trigger_dag(dag_id: str, *, triggered_by: Any, conf: Any, triggering_user_name: str) -> Run:
        calls.append({"dag_id": dag_id, "conf": conf, "user": triggering_user_name})
        return Run()

    monkeypatch.setattr(run_start, "trigger_dag", trigger_dag)
    yield calls


def test_a_run_starts_for_a_prefix_with_a_model_of_the_bucket(
    editor: BrowserClient, bucket: Bucket, started: list[dict[str, Any]]
) -> None:
    upload(bucket, "models/mine/a.pbmm")
    fail(bucket)
    assert "<option>mine</option>" in editor.text("failed")
    answer = editor.change("POST", "runs", json={"prefix": "2026/", "model": "mine"})
    assert answer.json() == {
        "run_id": "manual__1",
        "page": "/transcripts/run?run_id=manual__1",
        "airflow": "/dags/transcribe_audio/runs/manual__1",
    }
    assert started == [{"dag_id": "transcribe_audio", "conf": {"prefix": "2026/", "model": "mine"}, "user": "a user"}]


def test_an_unknown_model_starts_no_run(editor: BrowserClient, started: list[dict[str, Any]]) -> None:
    answer = editor.change("POST", "runs", json={"model": "mine/../x"})
    assert answer.status_code == 422
    assert started == []


def test_airflows_refusal_is_shown(editor: BrowserClient) -> None:
    """The database of this test has no DAG."""
    answer = editor.change("POST", "runs", json={})
    assert answer.status_code == 409
    assert "not found" in answer.json()["error"]
