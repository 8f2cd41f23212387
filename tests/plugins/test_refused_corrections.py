"""Corrections that the server refuses: without the right, forged, or not of the form that the page sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.corrections import FIRST, NAME, SEGMENTS, edits, save
from tests.support.plugins.transcripts import transcript_document, write_transcript
from transcription.contract import keys
from transcription.contract.segment_edits import MAX_CHARACTERS
from transcription.shared.bucket import Bucket


@pytest.fixture(autouse=True)
def transcript(bucket: Bucket) -> None:
    """Write the transcript of `NAME` into the bucket."""
    write_transcript(bucket, NAME, transcript_document(NAME, SEGMENTS))


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
