"""The page of one recording: what it shows, to whom, and where its audio is."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

import docx
import httpx
import pytest

from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.transcripts import transcript_document, write_transcript
from transcript_pages.recording_data import PLAIN_FORMATS
from transcription.contract import keys
from transcription.contract.options import FORMATS
from transcription.shared.bucket import Bucket

NAME = "calls/a b#1"
SEGMENTS = [(0.0, 5.0, "one two three"), (5.0, 10.0, "four five")]
HOSTILE = [
    "<script>alert(1)</script>",
    "a\"b'c",
    "../../etc/passwd",
    "%2e%2e/secret",
    "שלום\u202e",
    "ü" * 400,
    "a//b",
    "?name=other&x=1#y",
]


@pytest.fixture
def document(bucket: Bucket) -> dict[str, Any]:
    """The transcript of `NAME`, in the bucket."""
    document = transcript_document(NAME, SEGMENTS, formats=FORMATS)
    write_transcript(bucket, NAME, document)
    return document


def data(client: BrowserClient, name: str = NAME) -> Any:
    """Return what the page's script gets."""
    answer = client.get("recording-data", name=name)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_it_shows_segments_words_and_how_the_transcript_was_made(
    viewer: BrowserClient, document: dict[str, Any]
) -> None:
    shown = data(viewer)
    assert [segment["text"] for segment in shown["segments"]] == ["one two three", "four five"]
    assert shown["segments"][1]["words"][0] == ["four", 5.0, 5.4, 0.5, []]
    assert (shown["seconds"], shown["low_confidence"], shown["etag"], shown["is_older"]) == (10.0, 0.8, None, False)
    provenance = dict(shown["provenance"])
    assert provenance["Engine"] == "libdeepspeech 0.9.3"
    assert "beam_width 200" in provenance["Options"]
    assert "objection:7.5" in provenance["Options"]
    assert provenance["SHA-256 of the recording"] == "cd" * 32


def test_unsure_words_have_their_alternatives(viewer: BrowserClient, bucket: Bucket) -> None:
    document = transcript_document(NAME, SEGMENTS)
    document["segments"][0]["alternatives"] = [
        {"text": "one too three", "confidence": 0.3},
        {"text": "won too three", "confidence": 0.1},
        {"text": "three", "confidence": 0.01},
    ]
    write_transcript(bucket, NAME, document)
    words = data(viewer)["segments"][0]["words"]
    assert [word[4] for word in words] == [["won"], ["too"], []]


def test_a_viewer_may_not_edit_and_an_editor_may(
    viewer: BrowserClient, editor: BrowserClient, document: dict[str, Any]
) -> None:
    assert data(viewer)["may_edit"] is False
    assert data(editor)["may_edit"] is True


@pytest.mark.parametrize("path", ["recording", "recording-data", "audio-address", "peaks", "recording-file"])
def test_nobody_sees_anything_without_a_login(path: str, visit: Any, document: dict[str, Any]) -> None:
    answer = visit("").get(path, name=NAME, format="txt")
    assert answer.status_code == 303
    assert "login" in answer.headers["location"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_name_like_any_other(name: str, viewer: BrowserClient, bucket: Bucket) -> None:
    page = viewer.text("recording", name=name)
    assert "<script>alert" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert viewer.get("recording-data", name=name).status_code == 404
    write_transcript(bucket, name, transcript_document(name, [(0.0, 5.0, "<b>bold</b>")]))
    assert data(viewer, name)["segments"][0]["text"] == "<b>bold</b>"
    answer = viewer.get("recording-file", name=name, format="txt")
    assert answer.text == "<b>bold</b>\n"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer.headers["content-disposition"].isascii()


@pytest.mark.parametrize("name", ["", "no such", "a\x00b", "line\nbreak", "x" * 2000])
def test_a_recording_without_transcript_is_not_found(name: str, viewer: BrowserClient, bucket: Bucket) -> None:
    assert viewer.get("recording-data", name=name).status_code == 404


def test_styles_of_the_waveform_are_allowed_by_a_nonce_that_changes(viewer: BrowserClient) -> None:
    nonces = set()
    for _ in range(2):
        answer = viewer.get("recording", name=NAME)
        (nonce,) = re.findall(r'data-nonce="([^"]+)"', answer.text)
        assert f"style-src 'self' 'nonce-{nonce}';" in answer.headers["content-security-policy"]
        nonces.add(nonce)
    assert len(nonces) == 2
    assert "nonce" not in viewer.get("").headers["content-security-policy"]


@pytest.mark.parametrize("folder", ["processed", "input"])
def test_the_audio_is_read_from_where_it_is_with_ranges(
    folder: str, viewer: BrowserClient, bucket: Bucket, document: dict[str, Any]
) -> None:
    bucket.client.put_object(Bucket=bucket.name, Key=f"{folder}/{NAME}.wav", Body=b"0123456789")
    answer = viewer.get("audio-address", name=NAME).json()
    assert 60 <= answer["seconds"] <= 3600
    part = httpx.get(answer["address"], headers={"Range": "bytes=3-5"})
    assert (part.status_code, part.content) == (206, b"345")
    # The stand-in ignores the parameter; S3 answers with this content type.
    assert "response-content-type=audio%2F" in answer["address"]


def test_the_copy_for_listening_is_played_if_the_container_wrote_one(viewer: BrowserClient, bucket: Bucket) -> None:
    bucket.client.put_object(Bucket=bucket.name, Key=f"processed/{NAME}.wav", Body=b"original")
    bucket.client.put_object(Bucket=bucket.name, Key=keys.listening_copy(NAME), Body=b"copy")
    for listening, expected in (({}, "original"), ({"copy": False}, "original"), ({"copy": True}, "copy")):
        write_transcript(bucket, NAME, {**transcript_document(NAME, SEGMENTS), "listening": listening})
        address = viewer.get("audio-address", name=NAME).json()["address"]
        assert httpx.get(address).text == expected


def test_the_peaks_of_the_waveform_are_sent_if_there_are_some(viewer: BrowserClient, bucket: Bucket) -> None:
    bucket.client.put_object(Bucket=bucket.name, Key=keys.listening_peaks(NAME), Body=b'{"peaks": [[1]]}')
    write_transcript(bucket, NAME, transcript_document(NAME, SEGMENTS))
    assert viewer.get("peaks", name=NAME).status_code == 404
    assert data(viewer)["has_peaks"] is False
    write_transcript(bucket, NAME, {**transcript_document(NAME, SEGMENTS), "listening": {"peaks": True}})
    assert viewer.get("peaks", name=NAME).json() == {"peaks": [[1]]}
    assert data(viewer)["has_peaks"] is True


def test_audio_that_is_gone_is_not_found(viewer: BrowserClient, document: dict[str, Any]) -> None:
    answer = viewer.client.get(f"/transcripts/audio-address?name={NAME.replace('#', '%23')}")
    assert answer.status_code == 404
    assert "not in the bucket" in answer.json()["error"]


def test_every_format_can_be_downloaded(viewer: BrowserClient, document: dict[str, Any]) -> None:
    assert list(data(viewer)["formats"]) == [*PLAIN_FORMATS, *FORMATS]
    assert data(viewer)["formats"]["srt"] == "Subtitles (.srt)"
    for ending in data(viewer)["formats"]:
        answer = viewer.get("recording-file", name=NAME, format=ending)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].endswith(f"a%20b%231.{ending}")
        if ending == "docx":
            text = "\n".join(paragraph.text for paragraph in docx.Document(BytesIO(answer.content)).paragraphs)
            assert "one two three" in text
        else:
            assert b"three" in answer.content
    assert json.loads(viewer.get("recording-file", name=NAME, format="json").content) == document
    assert viewer.get("recording-file", name=NAME, format="../x").status_code == 404


def test_a_damaged_transcript_is_an_error_with_its_place(viewer: BrowserClient, bucket: Bucket) -> None:
    bucket.client.put_object(Bucket=bucket.name, Key=keys.transcript_json(NAME), Body=b"nonsense")
    answer = viewer.client.get("/transcripts/recording-data", params={"name": NAME})
    assert answer.status_code == 502
    assert keys.transcript_json(NAME) in answer.json()["error"]
