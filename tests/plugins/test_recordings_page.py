"""The list of recordings: by folder, a page at a time, with few requests to S3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import chain
from urllib.parse import parse_qsl

import pytest

from tests.support.dags.bucket_objects import upload
from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.requests import s3_requests
from tests.support.standin.standin_server import LocalAws
from transcript_pages import recording_listing
from transcription.contract import keys
from transcription.shared.bucket import Bucket


def add(bucket: Bucket, *names: str) -> None:
    for name in names:
        for key in (keys.transcript(name), keys.transcript_json(name), keys.format_file(name, "srt")):
            upload(bucket, key, b"{}")


def names(page: str) -> list[str]:
    return re.findall(r'name="name" value="([^"]*)"', page)


def test_a_folder_shows_its_recordings_and_folders(viewer: BrowserClient, bucket: Bucket) -> None:
    add(bucket, "talk", "talk/part1", "a/b/c", "z")
    top = viewer.text("recordings")
    assert names(top) == ["talk", "z"]
    assert re.findall(r'href="/transcripts/recordings\?prefix=([^"&]*)"', top) == ["a%2F", "talk%2F"]
    assert names(viewer.text("recordings", prefix="talk/")) == ["talk/part1"]


def test_a_prefix_filters_names(viewer: BrowserClient, bucket: Bucket) -> None:
    add(bucket, "anna", "anton", "bert")
    assert names(viewer.text("recordings", prefix="an")) == ["anna", "anton"]
    assert "There is no transcript here." in viewer.text("recordings", prefix="x")


def test_the_state_shows_which_recordings_people_have_edited(viewer: BrowserClient, bucket: Bucket) -> None:
    add(bucket, "a", "b", "c")
    upload(bucket, keys.corrected_json("b"), b"{}")
    assert names(viewer.text("recordings", state="edited")) == ["b"]
    assert names(viewer.text("recordings", state="unedited")) == ["a", "c"]


def test_the_list_says_where_files_have_failed(viewer: BrowserClient, bucket: Bucket) -> None:
    add(bucket, "a/talk", "b/talk")
    upload(bucket, keys.failed("input/a/x/empty.wav"), b"")
    for folder, link in (("a/", 'href="/transcripts/failed?prefix=a%2F"'), ("", 'href="/transcripts/failed">failed')):
        assert link in viewer.text("recordings", prefix=folder)
    assert "could not be transcribed" not in viewer.text("recordings", prefix="b/")


def test_a_row_asks_for_its_figures_without_reading_a_transcript(
    viewer: BrowserClient, bucket: Bucket, aws: LocalAws
) -> None:
    made = {"seconds": "3725.2", "words": "12", "unsure": "4", "confidence": "0.873"}
    put(bucket, keys.transcript_json("a"), made)
    aws.control("DELETE", "/_calls")
    unchecked = {"state": "unchecked", "length": "1:02:05", "confidence": "0.87", "unsure": "4"}
    assert viewer.get("recording-summary", name="a").json() == unchecked
    assert s3_requests(aws) == 2
    put(bucket, keys.corrected_json("a"), {"state": "corrected", "segments": "3", "checked": "1", "unsure": "2"})
    assert viewer.get("recording-summary", name="a").json() == {**unchecked, "state": "corrected", "unsure": "2"}


@pytest.mark.parametrize("metadata", [{}, {"seconds": "<b>", "state": "<b>", "unsure": "", "confidence": "x"}])
def test_figures_of_earlier_releases_are_unknown(
    viewer: BrowserClient, bucket: Bucket, metadata: dict[str, str]
) -> None:
    put(bucket, keys.transcript_json("a"), metadata)
    put(bucket, keys.corrected_json("a"), metadata)
    unknown = {"state": "", "length": "—", "confidence": "—", "unsure": "—"}
    assert viewer.get("recording-summary", name="a").json() == unknown


def put(bucket: Bucket, key: str, metadata: dict[str, str]) -> None:
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=b"{}", Metadata=metadata)


def pages(client: BrowserClient, **query: str) -> Iterator[str]:
    """Open a page of the list, and all that follow by the link "Next page"."""
    page = client.text("recordings", **query)
    yield page
    while link := re.search(r'href="/transcripts/recordings\?([^"]*)">Next page', page):
        page = client.text("recordings", **dict(parse_qsl(unescape(link[1]))))
        yield page


@pytest.mark.parametrize(("state", "count"), [("", 6), ("unedited", 6), ("edited", 1), ("failed", 1)])
def test_all_pages_together_show_each_recording_once(
    state: str, count: int, viewer: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of one state has full pages, however many recordings have another state."""
    monkeypatch.setattr(recording_listing, "PAGE", 4)
    expected = sorted(f"n{number}" for number in range(7))
    add(bucket, *expected)
    edited = ["n2", "n5"]
    for name in edited:
        upload(bucket, keys.corrected_json(name), b"{}")
    shown = [names(page) for page in pages(viewer, state=state)]
    of_state = {"edited": edited, "unedited": [name for name in expected if name not in edited], "failed": []}
    assert list(chain.from_iterable(shown)) == of_state.get(state, expected)
    assert len(shown) == count


def failed_names(page: str) -> list[str]:
    link = r'<a href="/transcripts/failed\?prefix=([^"]*)"><bdi>[^<]*</bdi></a>'
    return re.findall(rf'{link}</td>\s*<td class="bad">failed</td>', page)


def test_failed_files_stand_in_the_list_by_name(
    viewer: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each one on the page of its neighbours, also before the first recording, between two pages and after the last."""
    monkeypatch.setattr(recording_listing, "PAGE", 4)
    add(bucket, "b", "c/x", "d", "f", "h")
    failed = ["a.wav", "c.wav", "d0.mp3", "e.wav", "g.wav", "z.wav"]
    for name in (*failed, "k/empty.wav"):
        upload(bucket, keys.failed(f"input/{name}"), b"")
        upload(bucket, keys.failed_reason(f"input/{name}"), b"{}")
    listed = list(pages(viewer))
    assert len(listed) > 2
    assert list(chain.from_iterable(map(failed_names, listed))) == failed
    assert list(chain.from_iterable(map(names, listed))) == ["b", "d", "f", "h"]
    folders = [re.findall(r'href="/transcripts/recordings\?prefix=([^"&]*)"><bdi>', page) for page in listed]
    assert list(chain.from_iterable(folders)) == ["c%2F", "k%2F"]
    assert failed_names(viewer.text("recordings", state="failed", prefix="k/")) == ["k%2Fempty.wav"]
    assert failed_names(viewer.text("recordings", state="unedited")) == []


def test_the_list_says_if_it_leaves_failed_files_out(
    viewer: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_listing, "PAGE", 4)
    add(bucket, "z")
    for number in range(5):
        upload(bucket, keys.failed(f"input/{number}.wav"), b"")
    assert "does not show all of them" in viewer.text("recordings")
    assert "does not show all of them" not in viewer.text("recordings", prefix="0")


def test_a_page_needs_at_most_five_requests_to_s3(viewer: BrowserClient, bucket: Bucket, aws: LocalAws) -> None:
    for name in ("a", "m", "z"):
        add(bucket, name)
        upload(bucket, keys.corrected_json(name), b"{}")
        upload(bucket, keys.failed(f"input/{name}0.wav"), b"")
    for state in ("", "edited", "unedited", "failed"):
        aws.control("DELETE", "/_calls")
        viewer.text("recordings", state=state)
        assert 1 <= s3_requests(aws) <= 5


def test_a_wrong_token_is_an_error_of_the_address(viewer: BrowserClient, bucket: Bucket) -> None:
    add(bucket, "a")
    assert viewer.get("recordings", token="x" * 30).status_code == 422


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "\"'&", "..", "%2e%2e", "\u202eevil", "x" * 500])
def test_a_hostile_name_is_text(name: str, viewer: BrowserClient, bucket: Bucket) -> None:
    add(bucket, name)
    page = viewer.text("recordings")
    assert "<img" not in page
    assert len(names(page)) == 1
    assert viewer.get("recordings", prefix=name).status_code == 200
