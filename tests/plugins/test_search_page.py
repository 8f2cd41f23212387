"""The search for words in the transcripts of a run of an earlier release, which wrote no texts for the search."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.dags.bucket_objects import upload
from tests.support.dags.outcome_lists import write_moves
from tests.support.dags.reports import AUDIO
from tests.support.plugins.airflow_runs import add_run, remove_runs
from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.searches import counts, hits, next_search
from transcript_pages import search_page
from transcription.contract import keys, result
from transcription.contract.manifest import Item
from transcription.finish.outcomes import Outcome
from transcription.shared.bucket import Bucket


@pytest.fixture(autouse=True)
def run(app: object, bucket: Bucket) -> Iterator[None]:
    """A run with 40 recordings; `n07` and `n30` contain the word "window"."""
    remove_runs()
    name = add_run("manual__1")
    items = [Item(number, f"input/n{number:02d}.wav", "e", 1) for number in range(40)]
    write_moves(bucket, name, *(Outcome(item, result.TRANSCRIBED, audio=AUDIO) for item in items))
    for number in range(40):
        text = "open the Window <b> please" if number in (7, 30) else "close the door"
        upload(bucket, keys.transcript(f"n{number:02d}"), text.encode())
    yield
    remove_runs()


def test_the_search_finds_words_in_small_and_capital_letters(viewer: BrowserClient) -> None:
    page = viewer.text("search", run_id="manual__1", text="window")
    assert hits(page) == ["n07", "n30"]
    assert "open the <mark>Window</mark> &lt;b&gt; please" in page


def test_a_corrected_text_takes_the_place_of_the_transcript(viewer: BrowserClient, bucket: Bucket) -> None:
    upload(bucket, keys.corrected("n07"), b"open the widow please")
    assert hits(viewer.text("search", run_id="manual__1", text="window")) == ["n30"]


def test_a_search_without_a_run_looks_in_the_newest_runs(viewer: BrowserClient, bucket: Bucket) -> None:
    newest = add_run("manual__2", day=1)
    add_run("quiet", day=2, audio=False)
    items = [Item(number, f"input/{name}.wav", "e", 1) for number, name in enumerate(("z", "n07"))]
    write_moves(bucket, newest, *(Outcome(item, result.TRANSCRIBED, audio=AUDIO) for item in items))
    upload(bucket, keys.transcript("z"), b"a window")
    page = viewer.text("search", text="window")
    assert hits(page) == ["n07", "z", "n30"]
    assert counts(page) == ("3", "41")


def test_a_search_without_a_run_has_a_limit(viewer: BrowserClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_page, "_TRANSCRIPTS", 8)
    page = viewer.text("search", text="window")
    assert hits(page) == ["n07"]
    assert hits(viewer.text(next_search(page))) == []


@pytest.mark.parametrize("path", ["", "recordings"])
def test_the_pages_that_people_open_first_have_a_search(viewer: BrowserClient, path: str) -> None:
    assert re.search(r'<form [^>]*action="/transcripts/search">\s*<label>Words in the newest', viewer.text(path))


def test_a_search_that_ends_early_says_so(viewer: BrowserClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_page, "_SECONDS", 0.0)
    page = viewer.text("search", run_id="manual__1", text="window")
    assert hits(page) == ["n07"]
    assert counts(page) == ("1", "16")
    page = viewer.text(next_search(page))
    assert (hits(page), counts(page)) == (["n30"], ("1", "16"))
    page = viewer.text(next_search(page))
    assert counts(page) == ("0", "8") and "Search on" not in page


def test_searched_words_are_text(viewer: BrowserClient) -> None:
    page = viewer.text("search", run_id="manual__1", text="<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert viewer.get("search", run_id="manual__1", text="x" * 201).status_code == 422
    assert viewer.get("search", run_id="no-such-run", text="x").status_code == 404
