"""The files of a correction: in all formats of the run, and always made from the newest version."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.corrections import NAME, SEGMENTS, edits, saved
from tests.support.plugins.transcripts import transcript_document, write_transcript
from transcript_pages import correction_files, correction_store
from transcript_pages.audio_bucket import audio_bucket
from transcription.contract import keys
from transcription.contract.options import FORMATS
from transcription.formats.renderers import FORMATS as RENDERERS
from transcription.shared.bucket import Bucket


@pytest.fixture(autouse=True)
def transcript(bucket: Bucket) -> None:
    """Write the transcript of `NAME` into the bucket."""
    write_transcript(bucket, NAME, transcript_document(NAME, SEGMENTS, formats=FORMATS))


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
    assert list(editor.get("recording-data", name=NAME).json()["formats"]) == ["txt", "json", "csv"]
