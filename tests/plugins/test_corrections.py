"""Corrections: saved once, never over another person's, never over the machine's transcript, and in all formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.transcripts import AUDIO_SHA256, transcript_document, write_transcript
from transcript_pages import correction_files, correction_store
from transcript_pages.audio_bucket import audio_bucket
from transcription.contract import keys
from transcription.contract.options import FORMATS
from transcription.contract.segment_edits import MAX_CHARACTERS
from transcription.formats.renderers import FORMATS as RENDERERS
from transcription.shared.bucket import Bucket

NAME = "calls/a b#1"
SEGMENTS = [(0.0, 5.0, "one two three"), (5.0, 10.0, "four five")]
FIRST: dict[str, str] = {"If-None-Match": "*"}


@pytest.fixture(autouse=True)
def document(bucket: Bucket) -> dict[str, Any]:
    """The transcript of `NAME`, in the bucket."""
    document = transcript_document(NAME, SEGMENTS, formats=FORMATS)
    write_transcript(bucket, NAME, document)
    return document


@pytest.fixture
def other(visit: Callable[[str], BrowserClient]) -> BrowserClient:
    """Another person who may edit."""
    return visit("op")


def edits(*texts: str, state: str = "unchecked") -> list[dict[str, Any]]:
    """Return the segments as the page sends them, with these texts."""
    return [
        {"start": start, "end": end, "text": text, "state": state, "channel": None}
        for (start, end, _), text in zip(SEGMENTS, texts, strict=True)
    ]


def save(client: BrowserClient, segments: Any, headers: dict[str, str] = FIRST, **request: Any) -> httpx.Response:
    """Send a correction."""
    query = {"name": NAME, **request.pop("params", {})}
    return client.change("PUT", "correction", params=query, json={"segments": segments}, headers=headers, **request)


def saved(client: BrowserClient, segments: Any, headers: dict[str, str] = FIRST) -> Any:
    """Send a correction that must be saved, and return the answer."""
    answer = save(client, segments, headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def stored(bucket: Bucket) -> Any:
    """Return the record of the correction."""
    data = bucket.read(keys.corrected_json(NAME))
    assert data is not None
    return json.loads(data)


def test_a_correction_is_stored_beside_the_transcript_with_who_and_when(
    editor: BrowserClient, bucket: Bucket, document: dict[str, Any]
) -> None:
    before = bucket.read(keys.transcript_json(NAME))
    answer = saved(editor, edits("one too three", "four five"))
    record = stored(bucket)
    assert record["by"] == "a user"
    assert record["at"].endswith("+00:00")
    assert record["based_on"]["audio_sha256"] == AUDIO_SHA256
    first, second = record["segments"]
    assert (first["text"], first["state"], first["by"]) == ("one too three", "corrected", "a user")
    assert first["words"][1] == {"word": "too", "start": 0.5, "end": 0.9, "confidence": None}
    assert (second["state"], second["by"]) == ("unchecked", "")
    assert bucket.read(keys.transcript_json(NAME)) == before
    shown = editor.get("recording-data", name=NAME).json()
    assert shown["etag"] == answer["etag"]
    assert shown["segments"] == answer["segments"]
    assert (shown["by"], shown["is_older"]) == ("a user", False)


def test_the_state_is_metadata_of_the_object(editor: BrowserClient, bucket: Bucket) -> None:
    saved(editor, edits("one two three", "four five", state="checked"))
    head = bucket.client.head_object(Bucket=bucket.name, Key=keys.corrected_json(NAME))
    assert head["Metadata"] == {"state": "checked", "segments": "2", "checked": "2", "unsure": "0"}


def test_all_formats_of_the_run_are_written_again(editor: BrowserClient, bucket: Bucket) -> None:
    answer = saved(editor, edits("one too three", "four five"))
    assert bucket.read(keys.corrected(NAME)) == b"one too three four five\n"
    for ending in FORMATS:
        key = keys.corrected_format(NAME, ending)
        assert RENDERERS[ending].content_type == bucket.client.head_object(Bucket=bucket.name, Key=key)["ContentType"]
        if ending != "docx":
            assert b"too" in (bucket.read(key) or b"")
    saved(editor, edits("one to three", "four five"), {"If-Match": answer["etag"]})
    assert b"one to three" in (bucket.read(keys.corrected_format(NAME, "srt")) or b"")
    assert bucket.read(keys.corrected(NAME)) == b"one to three four five\n"


def test_files_that_a_stopped_server_did_not_write_are_written_when_an_editor_opens_the_page(
    editor: BrowserClient, viewer: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(correction_files, "write_files", lambda bucket, name: None)
        saved(editor, edits("one too three", "four five"))
    assert bucket.read(keys.corrected(NAME)) is None
    viewer.get("recording-data", name=NAME)
    assert bucket.read(keys.corrected(NAME)) is None
    editor.get("recording-data", name=NAME)
    assert bucket.read(keys.corrected(NAME)) == b"one too three four five\n"


def test_files_that_are_current_are_not_written_again(editor: BrowserClient, bucket: Bucket) -> None:
    saved(editor, edits("one too three", "four five"))
    key = keys.corrected(NAME)
    before = bucket.client.head_object(Bucket=bucket.name, Key=key)["VersionId"]
    editor.get("recording-data", name=NAME)
    assert bucket.client.head_object(Bucket=bucket.name, Key=key)["VersionId"] == before


def test_a_version_that_comes_while_files_are_written_is_written_too(
    editor: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server may save at the same time."""
    answer = saved(editor, edits("one too three", "four five"))
    bucket.client.delete_object(Bucket=bucket.name, Key=keys.corrected(NAME))
    write, versions = correction_files._write, []

    def write_slowly(*arguments: Any) -> None:
        write(*arguments)
        if not versions:
            current = correction_store.find(audio_bucket(), NAME)
            assert current is not None
            versions.append(current)
            with monkeypatch.context() as patch:
                patch.setattr(correction_files, "write_files", lambda bucket, name: None)
                saved(editor, edits("one to three", "four five"), {"If-Match": answer["etag"]})

    monkeypatch.setattr(correction_files, "_write", write_slowly)
    correction_files.write_files(audio_bucket(), NAME)
    assert bucket.read(keys.corrected(NAME)) == b"one to three four five\n"
    assert b"one to three" in (bucket.read(keys.corrected_format(NAME, "vtt")) or b"")


def test_a_format_without_its_library_is_left_out(
    editor: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcription.formats.renderers.find_spec", lambda name: None)
    saved(editor, edits("one too three", "four five"))
    assert bucket.read(keys.corrected(NAME)) == b"one too three four five\n"
    assert bucket.read(keys.corrected_format(NAME, "csv")) is not None
    assert bucket.read(keys.corrected_format(NAME, "srt")) is None
    assert editor.get("recording-data", name=NAME).json()["formats"] == ["txt", "json", "csv"]


def test_the_second_person_gets_the_version_of_the_first_and_overwrites_nothing(
    editor: BrowserClient, other: BrowserClient, bucket: Bucket
) -> None:
    first = saved(editor, edits("one too three", "four five"))
    refused = save(other, edits("one two tree", "four five"))
    assert refused.status_code == 409
    assert refused.json() == first
    assert refused.json()["by"] == "a user"
    assert stored(bucket)["segments"][0]["text"] == "one too three"
    second = saved(other, edits("one too tree", "four five"), {"If-Match": first["etag"]})
    assert second["by"] == "a op"
    assert save(editor, edits("x", "y"), {"If-Match": first["etag"]}).status_code == 409


def test_of_two_writes_at_the_same_moment_one_counts(
    editor: BrowserClient, other: BrowserClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both requests read the same version before one of them writes."""
    save_first, raced = correction_store.save, []

    def save_after_another(*arguments: Any) -> str:
        if not raced:
            raced.append(True)
            saved(other, edits("one two tree", "four five"))
        return save_first(*arguments)

    monkeypatch.setattr(correction_store, "save", save_after_another)
    answer = save(editor, edits("one too three", "four five"))
    assert answer.status_code == 409
    assert answer.json()["segments"][0]["text"] == "one two tree"


def test_an_answer_that_was_lost_is_no_conflict(
    editor: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore repeats a request whose answer was lost, and the repetition finds the version of the first."""
    client = audio_bucket().client
    put = client.put_object

    def put_twice(**request: Any) -> Any:
        if request["Key"] == keys.corrected_json(NAME):
            put(**request)
        return put(**request)

    monkeypatch.setattr(client, "put_object", put_twice)
    answer = saved(editor, edits("one too three", "four five"))
    assert answer["segments"][0]["text"] == "one too three"


def test_saving_nothing_new_writes_nothing(editor: BrowserClient, bucket: Bucket) -> None:
    first = saved(editor, edits("one too three", "four five"))
    same = edits("one too three", "four five")
    same[0]["state"] = "corrected"
    second = saved(editor, same, {"If-Match": first["etag"]})
    assert second == first
    versions = bucket.client.list_object_versions(Bucket=bucket.name, Prefix=keys.corrected_json(NAME))["Versions"]
    assert len(versions) == 1


def test_a_new_transcript_leaves_the_correction_and_the_page_says_so(editor: BrowserClient, bucket: Bucket) -> None:
    first = saved(editor, edits("one too three", "four five"))
    write_transcript(bucket, NAME, transcript_document(NAME, [(0.0, 10.0, "something else")], formats=("srt",)))
    shown = editor.get("recording-data", name=NAME).json()
    assert shown["is_older"] is True
    assert shown["segments"] == first["segments"]
    assert editor.get("recording-file", name=NAME, format="txt").text == "one too three four five\n"
    assert editor.get("recording-file", name=NAME, format="txt", machine="true").text == "something else\n"
    later = saved(editor, edits("one too three", "for five"), {"If-Match": first["etag"]})
    assert stored(bucket)["based_on"]["transcript_sha256"] != shown["transcript"]
    assert later["segments"][1]["words"][1] == first["segments"][1]["words"][1]
    assert editor.get("recording-data", name=NAME).json()["is_older"] is True


def test_a_correction_stays_readable_without_the_transcript(editor: BrowserClient, bucket: Bucket) -> None:
    first = saved(editor, edits("one too three", "four five"))
    bucket.client.delete_object(Bucket=bucket.name, Key=keys.transcript_json(NAME))
    assert editor.get("recording-data", name=NAME).json()["segments"] == first["segments"]
    saved(editor, edits("one too three", "for five"), {"If-Match": first["etag"]})
    assert stored(bucket)["segments"][1]["text"] == "for five"


def test_only_people_who_may_edit_save(
    viewer: BrowserClient, visit: Callable[[str], BrowserClient], bucket: Bucket
) -> None:
    assert save(viewer, edits("x", "y")).status_code == 403
    assert visit("").change("PUT", "correction", token="", params={"name": NAME}, json={}).status_code == 401
    assert bucket.read(keys.corrected_json(NAME)) is None


@pytest.mark.parametrize("token", ["", "forged", "0.abc"])
def test_a_forged_request_saves_nothing(token: str, editor: BrowserClient, bucket: Bucket) -> None:
    assert save(editor, edits("x", "y"), token=token).status_code == 403
    assert save(editor, edits("x", "y"), {**FIRST, "Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert bucket.read(keys.corrected_json(NAME)) is None


@pytest.mark.parametrize(
    "segments",
    [
        None,
        {},
        ["x"],
        [{"start": 0.0, "end": 1.0}],
        [{"start": "0", "end": 1.0, "text": "a"}],
        [{"start": 0.0, "end": 99.0, "text": "a"}],
        [{"start": 0.0, "end": 1.0, "text": "a", "state": "perfect"}],
        [{"start": 0.0, "end": 1.0, "text": "a", "channel": "nobody"}],
        [{"start": 0.0, "end": 1.0, "text": "a" * (MAX_CHARACTERS + 1)}],
    ],
)
def test_what_is_no_correction_is_refused(segments: Any, editor: BrowserClient, bucket: Bucket) -> None:
    answer = save(editor, segments)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert bucket.read(keys.corrected_json(NAME)) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"[1]", b'{"segments": NaN}', b"\xff"])
def test_a_request_that_is_no_json_is_refused(content: bytes, editor: BrowserClient) -> None:
    answer = editor.change("PUT", "correction", params={"name": NAME}, content=content, headers=FIRST)
    assert answer.status_code == 422


def test_a_request_that_is_too_large_is_refused(editor: BrowserClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transcript_pages.correction_page._LARGEST_REQUEST", 100)
    assert save(editor, edits("x" * 200, "y")).status_code == 413


@pytest.mark.parametrize("headers", [{}, {"If-None-Match": "abc"}, {"If-Match": "a", "If-None-Match": "*"}])
def test_a_request_must_say_which_version_was_changed(headers: dict[str, str], editor: BrowserClient) -> None:
    assert save(editor, edits("x", "y"), headers).status_code == 428


def test_a_recording_without_transcript_cannot_be_corrected(editor: BrowserClient, bucket: Bucket) -> None:
    assert save(editor, edits("x", "y"), params={"name": "../input/x"}).status_code == 404
    assert not list(bucket.list("input/"))
    assert not list(bucket.list(keys.CORRECTED_FOLDER))


def test_texts_are_kept_letter_by_letter(editor: BrowserClient, bucket: Bucket) -> None:
    text = "<script>alert(1)</script> שלום \u202eabc 日本語 👩\u200d👩\u200d👧 e\u0301 \"'&amp;"
    saved(editor, edits(text, "four five"))
    assert stored(bucket)["segments"][0]["text"] == text
