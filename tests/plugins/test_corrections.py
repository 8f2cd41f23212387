"""Corrections: saved once, never over another person's, and never over the machine's transcript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.corrections import NAME, SEGMENTS, edits, save, saved, stored
from tests.support.plugins.transcripts import AUDIO_SHA256, transcript_document, write_transcript
from transcript_pages import correction_store
from transcript_pages.audio_bucket import audio_bucket
from transcription.contract import keys
from transcription.shared.bucket import Bucket


@pytest.fixture(autouse=True)
def transcript(bucket: Bucket) -> None:
    """Write the transcript of `NAME` into the bucket."""
    write_transcript(bucket, NAME, transcript_document(NAME, SEGMENTS))


@pytest.fixture
def other(visit: Callable[[str], BrowserClient]) -> BrowserClient:
    """Another person who may edit."""
    return visit("op")


def test_a_correction_is_stored_beside_the_transcript_with_who_and_when(editor: BrowserClient, bucket: Bucket) -> None:
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


def test_texts_are_kept_letter_by_letter(editor: BrowserClient, bucket: Bucket) -> None:
    text = "<script>alert(1)</script> שלום \u202eabc 日本語 👩\u200d👩\u200d👧 e\u0301 \"'&amp;"
    saved(editor, edits(text, "four five"))
    assert stored(bucket)["segments"][0]["text"] == text
