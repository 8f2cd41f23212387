"""The requests with which the page uploads files: where they may lead, and that nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from httpx import Response

from tests.support.dags.bucket_objects import content, upload
from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.requests import s3_requests
from tests.support.standin.standin_server import LocalAws
from transcript_pages import formats, multipart_upload, upload_rules
from transcript_pages.audio_bucket import _client
from transcription.contract import keys
from transcription.shared.bucket import Bucket
from transcription.shared.settings import Settings

PATH = "2026/a b#1.wav"
KEY = keys.uploaded(PATH)
#: The size of a part is small in these tests, but S3 allows no part of less than 5 MiB except the last one.
PART = 5 * 2**20
SIZE = PART + 3
CHANGES = [
    ("POST", "upload/file", {"json": {"path": PATH, "size": 5}}),
    ("POST", "upload/part", {"json": {"path": PATH, "upload_id": "i", "number": 1, "size": 5}}),
    ("POST", "upload/complete", {"json": {"path": PATH, "upload_id": "i", "size": 5}}),
    ("DELETE", "upload", {"params": {"path": PATH, "upload_id": "i"}}),
]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files of more than 5 MiB be uploaded in parts."""
    monkeypatch.setattr(multipart_upload, "_PART", PART)
    monkeypatch.setattr("transcript_pages.upload_page._SINGLE", PART)


def start(client: BrowserClient, path: str = PATH, size: int = 5, **wish: Any) -> Response:
    return client.change("POST", "upload/file", json={"path": path, "size": size, **wish})


def send(answer: Mapping[str, Any], body: bytes) -> Response:
    """Send bytes to S3 as the browser does."""
    return httpx.put(answer["address"], content=body, headers=answer.get("headers", {}))


def send_part(client: BrowserClient, upload_id: str, number: int, body: bytes) -> None:
    part = {"path": PATH, "upload_id": upload_id, "number": number, "size": len(body)}
    assert send(client.change("POST", "upload/part", json=part).json(), body).status_code == 200


def complete(client: BrowserClient, upload_id: str, size: int = SIZE, **wish: Any) -> Response:
    body = {"path": PATH, "upload_id": upload_id, "size": size, **wish}
    return client.change("POST", "upload/complete", json=body)


def test_the_page_says_what_may_be_uploaded_with_few_requests(editor: BrowserClient, aws: LocalAws) -> None:
    aws.control("DELETE", "/_calls")
    page = editor.text("upload")
    assert s3_requests(aws) <= 5
    assert formats.size(4 * 2**30) in page
    assert 'accept=".wav,' in page
    assert 'href="/transcripts/upload" aria-current="page"' in page


def test_a_small_file_goes_to_s3_in_one_request(editor: BrowserClient, bucket: Bucket) -> None:
    answer = start(editor).json()
    assert send(answer, b"audio").status_code == 200
    assert content(bucket) == {KEY: b"audio"}


def test_an_existing_file_is_named_before_anything_is_sent(editor: BrowserClient, bucket: Bucket) -> None:
    upload(bucket, KEY, b"older")
    answer = start(editor)
    assert answer.status_code == 409
    assert answer.json()["size"] == 5
    assert answer.json()["written"].startswith("20")


def test_a_file_that_came_meanwhile_is_not_overwritten(editor: BrowserClient, bucket: Bucket) -> None:
    answer = start(editor).json()
    upload(bucket, KEY, b"other")
    assert send(answer, b"audio").status_code == 412
    assert content(bucket) == {KEY: b"other"}


def test_a_person_may_overwrite_a_file(editor: BrowserClient, bucket: Bucket) -> None:
    upload(bucket, KEY, b"older")
    assert send(start(editor, overwrite=True).json(), b"audio").status_code == 200
    assert content(bucket) == {KEY: b"audio"}


def test_condition_and_size_belong_to_the_signature(editor: BrowserClient) -> None:
    """Without its header, or with another size, S3 would refuse the signature. The stand-in checks none."""
    assert "X-Amz-SignedHeaders=content-length%3Bhost%3Bif-none-match" in start(editor).json()["address"]


@pytest.mark.usefixtures("small_parts")
def test_a_large_file_goes_to_s3_in_parts(editor: BrowserClient, bucket: Bucket) -> None:
    plan = start(editor, size=SIZE).json()
    assert plan["part_bytes"] == PART
    upload_id = plan["upload_id"]
    send_part(editor, upload_id, 2, b"end")
    query = {"path": PATH, "upload_id": upload_id}
    assert editor.get("upload/parts", **query).json() == {"parts": {"2": 3}}
    assert complete(editor, upload_id).status_code == 422
    send_part(editor, upload_id, 1, b"a" * PART)
    assert complete(editor, upload_id, SIZE - 1).status_code == 422
    assert content(bucket) == {}
    assert complete(editor, upload_id).json() == {"key": KEY}
    assert content(bucket) == {KEY: b"a" * PART + b"end"}
    # The browser asks again if the answer was lost.
    assert complete(editor, upload_id).json() == {"key": KEY}


@pytest.mark.usefixtures("small_parts")
def test_an_upload_that_is_gone_must_start_again(editor: BrowserClient, bucket: Bucket) -> None:
    upload_id = start(editor, size=SIZE).json()["upload_id"]
    assert editor.change("DELETE", "upload", params={"path": PATH, "upload_id": upload_id}).status_code == 200
    assert editor.change("DELETE", "upload", params={"path": PATH, "upload_id": upload_id}).status_code == 200
    assert editor.get("upload/parts", path=PATH, upload_id=upload_id).status_code == 410
    upload(bucket, KEY, b"a" * SIZE)
    assert complete(editor, upload_id).status_code == 410


@pytest.mark.usefixtures("small_parts")
def test_parts_overwrite_only_if_a_person_says_so(editor: BrowserClient, bucket: Bucket) -> None:
    upload_id = start(editor, size=SIZE).json()["upload_id"]
    send_part(editor, upload_id, 1, b"a" * PART)
    send_part(editor, upload_id, 2, b"end")
    upload(bucket, KEY, b"other")
    assert complete(editor, upload_id).status_code == 409
    assert content(bucket) == {KEY: b"other"}
    assert complete(editor, upload_id, overwrite=True).json() == {"key": KEY}
    assert content(bucket)[KEY].endswith(b"end")


@pytest.mark.usefixtures("small_parts")
def test_an_existing_large_file_is_named_before_anything_is_sent(editor: BrowserClient, bucket: Bucket) -> None:
    upload(bucket, KEY, b"older")
    assert start(editor, size=SIZE).status_code == 409


@pytest.mark.parametrize(
    "path",
    [
        "../models/a.wav",
        "a/../../models/a.wav",
        "a/./b.wav",
        "/a.wav",
        "a//b.wav",
        "",
        "a\x00.wav",
        "talk.txt",
        "talk",
        ".wav",
        "a/.wav",
        "talk.srt.wav",
        "x" * 1010 + ".wav",
        "x" * 5000 + ".wav",
        "a.wav/",
    ],
)
def test_files_that_cannot_be_transcribed_or_leave_input_are_refused(editor: BrowserClient, path: str) -> None:
    answer = start(editor, path)
    assert answer.status_code == 422
    assert "address" not in answer.json()["error"]


@pytest.mark.parametrize("path", ["../models/a.wav", "/a.wav", "a\x00.wav", ""])
def test_no_request_of_an_upload_leaves_input(editor: BrowserClient, path: str) -> None:
    for method, address, request in CHANGES[1:]:
        changed = {place: {**values, "path": path} for place, values in request.items()}
        assert editor.change(method, address, **changed).status_code == 422
    assert editor.get("upload/parts", path=path, upload_id="i").status_code == 422


@pytest.mark.parametrize(
    "path", ["<img src=x onerror=alert(1)>.wav", "\"'&.wav", "%2e%2e/a.wav", "\u202eevil.wav", "a\\b.WAV"]
)
def test_a_strange_name_is_kept(editor: BrowserClient, bucket: Bucket, path: str) -> None:
    assert send(start(editor, path).json(), b"audio").status_code == 200
    assert content(bucket) == {keys.uploaded(path): b"audio"}


def test_a_line_break_in_a_name_is_kept(editor: BrowserClient) -> None:
    """The stand-in cannot store such a key."""
    assert "/input/a%0Ab.wav?" in start(editor, "a\nb.wav").json()["address"]


def test_the_settings_limit_endings_and_sizes(editor: BrowserClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__AUDIO_ENDINGS", "mp3")
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__MAX_FILE_MEGABYTES", "1")
    assert start(editor, "a.wav").status_code == 422
    assert start(editor, "a.MP3", 2**20).status_code == 200
    assert "1 MiB" in start(editor, "a.mp3", 2**20 + 1).json()["error"]
    assert start(editor, "a.mp3", 0).status_code == 422


def test_the_default_size_is_that_of_the_dag() -> None:
    assert Settings.max_file_megabytes == upload_rules.DEFAULT_MEGABYTES


@pytest.mark.parametrize("size", [1, 16 * 2**20, 4 * 2**30, 5 * 10**6 * 2**20])
def test_s3_accepts_the_number_and_the_size_of_parts(size: int) -> None:
    part = multipart_upload.part_bytes(size)
    assert 5 * 2**20 <= part <= 5 * 2**30
    assert -(-size // part) <= 10_000


@pytest.mark.parametrize(("method", "path", "request_"), CHANGES)
def test_a_viewer_or_a_forger_changes_nothing(
    viewer: BrowserClient, editor: BrowserClient, method: str, path: str, request_: Any
) -> None:
    assert viewer.change(method, path, **request_).status_code == 403
    assert editor.change(method, path, token="", **request_).status_code == 403


def test_a_viewer_does_not_see_the_page(viewer: BrowserClient) -> None:
    assert viewer.get("upload").status_code == 403
    assert viewer.get("upload/parts", path=PATH, upload_id="i").status_code == 403
    assert "/transcripts/upload" not in viewer.text("recordings")


def aws_client() -> Any:
    """Return the client that the pages use on AWS."""
    return _client.__wrapped__("", "eu-central-1")


def test_addresses_on_aws_name_the_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser follows no redirect of a preflight request."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    part: Any = {"Bucket": "b-1", "Key": "k", "UploadId": "u", "PartNumber": 1}
    address = aws_client().generate_presigned_url("upload_part", Params=part)
    assert address.startswith("https://b-1.s3.eu-central-1.amazonaws.com/k?")


def test_an_upload_in_parts_announces_no_checksums() -> None:
    """S3 would refuse parts without them, and browsers send none."""
    assert aws_client().meta.config.request_checksum_calculation == "when_required"
