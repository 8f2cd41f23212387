"""The list of recordings with the most unsure words first: of the newest runs, in all folders."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.dags.outcome_lists import write_moves
from tests.support.dags.reports import AUDIO
from tests.support.plugins.airflow_runs import add_run, remove_runs
from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.requests import s3_requests
from tests.support.standin.standin_server import LocalAws
from transcript_pages import unsure_recordings
from transcription.contract import result
from transcription.contract.manifest import Failure, Item
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import Outcome, Outcomes
from transcription.shared.bucket import Bucket


@pytest.fixture(autouse=True)
def no_runs(app: object) -> Iterator[None]:
    """Airflow's database without runs, before and after the test."""
    remove_runs()
    yield
    remove_runs()


def outcome(name: str, unsure: int) -> Outcome:
    return Outcome(
        Item(0, f"input/{name}.wav", "e", 1),
        result.TRANSCRIBED,
        audio=AUDIO,
        words=20,
        unsure_words=unsure,
        confidence=0.5,
    )


def add(bucket: Bucket, run_id: str, *outcomes: Outcome, day: int = 0) -> None:
    write_moves(bucket, add_run(run_id, day=day), *outcomes)


def unsure(page: str) -> list[tuple[str, str]]:
    """Return the names and the numbers of unsure words on a page."""
    rows = re.findall(r'<tr data-name="([^"]*)">(.*?)</tr>', page, re.DOTALL)
    return [(name, re.findall(r'class="number unsure">([^<]*)<', row)[0]) for name, row in rows]


def test_recordings_of_all_folders_and_runs_are_ordered_by_unsure_words(viewer: BrowserClient, bucket: Bucket) -> None:
    add(bucket, "old", outcome("a/few", 1), outcome("again", 20))
    add(bucket, "new", outcome("many", 9), outcome("b/some", 5), outcome("again", 2), day=1)
    page = viewer.text("recordings", order="unsure")
    assert unsure(page) == [("many", "9"), ("b/some", "5"), ("again", "2"), ("a/few", "1")]
    assert "The 4 recordings of the last 2 runs with audio" in page
    assert unsure(viewer.text("recordings", order="unsure", prefix="a")) == [("again", "2"), ("a/few", "1")]


def test_failed_files_and_names_that_are_no_recordings_are_left_out(viewer: BrowserClient, bucket: Bucket) -> None:
    failed = Outcome(Item(0, "input/x.wav", "e", 1), result.FAILED, failure=Failure("AUDIO_EMPTY", "Empty."))
    add(bucket, "run", failed, outcome("a", 1))
    assert unsure(viewer.text("recordings", order="unsure")) == [("a", "1")]
    assert "No file has failed here." in viewer.text("recordings", order="unsure", state="failed")


def test_the_list_has_pages(viewer: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsure_recordings, "PAGE", 2)
    add(bucket, "run", *(outcome(f"n{count}", count) for count in (1, 3, 2)))
    assert unsure(viewer.text("recordings", order="unsure")) == [("n3", "3"), ("n2", "2")]
    assert unsure(viewer.text("recordings", order="unsure", page=1)) == [("n1", "1")]
    assert "Next page" not in viewer.text("recordings", order="unsure", page=1)
    assert unsure(viewer.text("recordings", order="unsure", page=7)) == []


def test_the_list_needs_five_requests_and_says_what_it_leaves_out(
    viewer: BrowserClient, bucket: Bucket, aws: LocalAws
) -> None:
    run = add_run("large", day=1)
    for number in range(7):
        files = (outcome(f"n{number}", number),)
        bucket.write_record(RunKeys(run).moves(number), Outcomes(run, files, "draft", 7, 7))
    aws.control("DELETE", "/_calls")
    page = viewer.text("recordings", order="unsure")
    assert s3_requests(aws) == 5
    assert len(unsure(page)) == 5
    assert "The newest 5 recordings of the last 1 runs" in page


def test_without_runs_the_list_is_empty(viewer: BrowserClient) -> None:
    assert "There is no transcript here." in viewer.text("recordings", order="unsure")


def test_a_hostile_name_is_text(viewer: BrowserClient, bucket: Bucket) -> None:
    add(bucket, "run", outcome("<img src=x onerror=alert(1)>", 1))
    assert "<img" not in viewer.text("recordings", order="unsure")
