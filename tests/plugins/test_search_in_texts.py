"""The search in the texts that runs wrote for it: every recording is searched, with few requests, corrections too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.dags.bucket_objects import upload
from tests.support.dags.outcome_lists import write_moves
from tests.support.dags.reports import AUDIO
from tests.support.plugins.airflow_runs import add_run, remove_runs
from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.requests import s3_requests
from tests.support.plugins.searches import counts, hits, next_search, write_texts
from tests.support.standin.standin_server import LocalAws
from transcript_pages import text_search
from transcription.contract import keys, result
from transcription.contract.manifest import Item
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import Outcome
from transcription.shared.bucket import Bucket

WINDOW, DOOR = "open the Window <b> please", "close the door"
AS_WRITTEN = "as the run of 2026-11-20 01:00 UTC wrote it"


@pytest.fixture(autouse=True)
def run(app: object) -> Iterator[str]:
    """The name of a run without records."""
    remove_runs()
    yield add_run("manual__1")
    remove_runs()


def search_on(client: BrowserClient, aws: LocalAws, path: str) -> tuple[list[str], int, int]:
    """Search to the end. Return the recordings found, the number of searched transcripts, and that of answers."""
    found, searched, answers = [], 0, 0
    while path:
        aws.control("DELETE", "/_calls")
        page = client.text(path)
        assert s3_requests(aws) <= 5
        found += hits(page)
        searched += int(counts(page)[1])
        answers += 1
        path = next_search(page)
    return found, searched, answers


def test_the_search_reads_the_texts_and_no_transcript(
    viewer: BrowserClient, bucket: Bucket, run: str, aws: LocalAws
) -> None:
    write_texts(bucket, run, [{f"n{number:03d}": WINDOW if number in (7, 300) else DOOR for number in range(400)}])
    aws.control("DELETE", "/_calls")
    page = viewer.text("search", run_id="manual__1", text="window")
    assert s3_requests(aws) <= 3
    assert (hits(page), counts(page), next_search(page)) == (["n007", "n300"], ("2", "400"), "")
    assert "open the <mark>Window</mark> &lt;b&gt; please" in page
    assert page.count(AS_WRITTEN) == 2


def test_a_correction_takes_the_place_of_the_text(
    viewer: BrowserClient, bucket: Bucket, run: str, aws: LocalAws
) -> None:
    write_texts(bucket, run, [{"a": WINDOW, "b": DOOR, "b.2": DOOR, "c": WINDOW, "d": DOOR}])
    for name, text in {"a": "the widow", "b.2": "a window"}.items():
        upload(bucket, keys.corrected(name), text.encode())
        upload(bucket, keys.corrected_json(name), b"{}")
    page = viewer.text("search", run_id="manual__1", text="window")
    assert (hits(page), counts(page)) == (["b.2", "c"], ("2", "5"))
    assert page.count(AS_WRITTEN) == 1
    assert search_on(viewer, aws, "search?run_id=manual__1&text=the") == (["a", "b", "c", "d"], 5, 1)


def test_however_many_corrections_there_are_none_is_missed(
    viewer: BrowserClient, bucket: Bucket, run: str, aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the corrections, the listing shows few at once, among them those of other recordings."""
    monkeypatch.setattr(text_search, "_LARGEST_LISTING", 3)
    names = [f"calls/{number:02d}" for number in range(20)]
    write_texts(bucket, run, [dict.fromkeys(names, DOOR)])
    for name in (*names[::2], *(f"calls/00{number}" for number in range(5)), "before", "later"):
        upload(bucket, keys.corrected(name), WINDOW.encode())
    assert search_on(viewer, aws, "search?run_id=manual__1&text=window")[:2] == (names[::2], 20)
    assert search_on(viewer, aws, "search?run_id=manual__1&text=door")[:2] == (names[1::2], 20)


def test_all_parts_and_pages_are_searched(viewer: BrowserClient, bucket: Bucket, run: str, aws: LocalAws) -> None:
    write_texts(bucket, run, [{"c": WINDOW}, {"a": WINDOW, "b": DOOR}], [], [{"d": WINDOW}])
    assert search_on(viewer, aws, "search?run_id=manual__1&text=window") == (["c", "a", "d"], 4, 4)


def test_a_part_that_is_gone_or_damaged_is_no_gap(
    viewer: BrowserClient, bucket: Bucket, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_texts(bucket, run, [{"a": DOOR}, {"b": WINDOW}], [{"c": WINDOW}])
    upload(bucket, RunKeys(run).texts("draft-1", 1), b"[")
    for name in ("a", "b"):
        upload(bucket, keys.transcript(name), WINDOW.encode())
    path, found = "search?run_id=manual__1&text=window", []
    while path:
        page = viewer.text(path)
        found += hits(page)
        path = next_search(page)
    assert found == ["a", "b", "c"]


def test_a_file_that_was_left_is_not_found(viewer: BrowserClient, bucket: Bucket, run: str) -> None:
    """Its text was written when it was verified; then the recording was uploaded again."""
    write_texts(bucket, run, [{"a": WINDOW, "b": WINDOW}])
    record = bucket.read(RunKeys(run).moves(0))
    assert record
    upload(bucket, RunKeys(run).moves(0), record.replace(b'"transcribed"', b'"left"', 1))
    assert hits(viewer.text("search", run_id="manual__1", text="window")) == ["b"]


def test_the_newest_runs_are_searched_one_after_the_other(
    viewer: BrowserClient, bucket: Bucket, run: str, aws: LocalAws
) -> None:
    """The oldest one is of an earlier release."""
    write_moves(bucket, run, Outcome(Item(0, "input/old.wav", "e", 1), result.TRANSCRIBED, audio=AUDIO))
    upload(bucket, keys.transcript("old"), WINDOW.encode())
    for day, names in enumerate((("a", "b"), ("c",)), 1):
        write_texts(bucket, add_run(f"manual__{day + 1}", day=day), [dict.fromkeys(names, WINDOW)])
    assert search_on(viewer, aws, "search?text=window") == (["c", "a", "b", "old"], 4, 3)


@pytest.mark.parametrize("name", ["a\ue000", "a!", "\x01", "a/..", "\U0001f600", "é" * 480, "%2e"])
def test_odd_names_are_searched_with_their_corrections(
    viewer: BrowserClient, bucket: Bucket, run: str, aws: LocalAws, name: str
) -> None:
    write_texts(bucket, run, [{name: DOOR, f"{name}2": DOOR}])
    for corrected in (name, f"{name}2"):
        upload(bucket, keys.corrected(corrected), WINDOW.encode())
    assert search_on(viewer, aws, "search?run_id=manual__1&text=window")[0] == [name, f"{name}2"]


@pytest.mark.parametrize(
    "rest", ["start=gone", "page=7", "part=9", "after=zzz", "part=-1&after=%00", "after=%ED%A0%80"]
)
def test_an_address_that_somebody_changed_is_no_error(
    viewer: BrowserClient, bucket: Bucket, run: str, rest: str
) -> None:
    write_texts(bucket, run, [{"a": WINDOW}])
    assert viewer.get(f"search?run_id=manual__1&text=window&{rest}").status_code == 200
