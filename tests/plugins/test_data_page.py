"""The page with the data of teachings: corrections, sets, the last teachings, and the recordings to look at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.plugins.test_runs_page import cells
from tests.support.dags.bucket_objects import upload
from tests.support.plugins.airflow_runs import add_teaching, remove_runs
from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.requests import s3_requests
from tests.support.standin.standin_server import LocalAws
from transcript_pages import teaching_sets
from transcription.contract import keys
from transcription.contract.run_keys import RunKeys
from transcription.shared.bucket import Bucket

HOSTILE = "<script>alert(1)</script> \"'&"
FIGURES = {
    "verdict": "BETTER",
    "word_error_rate_before": 15.34,
    "word_error_rate_after": 7.0,
    "findings": 2,
    "cost": 0.123,
}


@pytest.fixture(autouse=True)
def no_runs(app: object) -> Iterator[None]:
    """Start and end with an Airflow without runs."""
    remove_runs()
    yield
    remove_runs()


def fill_set(bucket: Bucket, name: str, *files: str, size: int = 320_000) -> None:
    for file in files:
        upload(bucket, keys.teaching_set(name) + file, b"\0" * size)


def sets(client: BrowserClient, **query: object) -> list[list[str]]:
    """Return the rows of the table of sets."""
    return [row for row in cells(client.text("data", **query).split('id="sets"')[1].split("</table>")[0]) if row]


def write_findings(bucket: Bucket, run: str, *recordings: str, code: str = "LABEL_SUSPECT") -> None:
    findings = [{"code": code, "recording": recording, "message": "Listen to it."} for recording in recordings]
    upload(bucket, RunKeys(run).teaching("report.json"), json.dumps({"findings": findings}).encode())


def test_an_empty_bucket_says_what_to_do(viewer: BrowserClient) -> None:
    page = viewer.text("data")
    assert "Nobody has checked or corrected a transcript yet." in page
    assert "Upload recordings with texts to teaching/" in page
    assert "No model was taught yet." in page


def test_sets_are_counted(viewer: BrowserClient, bucket: Bucket) -> None:
    fill_set(bucket, "anna", "a.wav", "a.txt", "sub/b.WAV", "sub/b.txt", "c.wav", "words.txt", "list.csv", "list.tsv")
    fill_set(bucket, "anna-2", "words.txt")
    upload(bucket, "teaching/loose.wav", b"in no set")
    assert sets(viewer) == [["anna-2", "0", "0", "1", "0", "0:00"], ["anna", "3", "2", "1", "2", "0:30"]]


def test_sets_have_pages_and_no_set_is_lost_between_them(
    viewer: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_set(bucket, "large", *(f"{number}.txt" for number in range(7)), size=0)
    fill_set(bucket, "large0", "a.txt")
    fill_set(bucket, "small", "a.txt")
    monkeypatch.setattr(teaching_sets, "LISTED", 3)
    assert sets(viewer) == [["large", *(f"at least {count}" for count in ("0", "0", "6", "0", "0:00"))]]
    first = viewer.text("data")
    assert "A page counts up to 6 objects." in first
    assert 'href="/transcripts/data?after=large"' in first
    assert [row[0] for row in sets(viewer, after="large")] == ["large0", "small"]
    assert "There are no more sets." in viewer.text("data", after="small")


def test_the_page_needs_few_requests_however_much_there_is(
    viewer: BrowserClient, bucket: Bucket, aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_set(bucket, "large", *(f"{number}.txt" for number in range(20)), size=0)
    errors = {"model": "court", "month": "2026-11", "words": 9, "errors": 1, "segments": 2, "checked": 1, "seconds": 5}
    record = {"recordings": {f"calls/{number}": errors for number in range(10_000)}}
    upload(bucket, keys.CORRECTED_ERRORS, json.dumps(record).encode())
    monkeypatch.setattr(teaching_sets, "LISTED", 3)
    viewer.text("data")
    aws.control("DELETE", "/_calls")
    assert "10,000 or more" in viewer.text("data")
    assert s3_requests(aws) <= 5


def test_teachings_have_figures_and_a_link_to_what_to_look_at(viewer: BrowserClient) -> None:
    add_teaching("first", day=0, state="failed")
    add_teaching("second", day=1, base="court-1", figures=FIGURES)
    page = viewer.text("data")
    rows = [row for row in cells(page.split('id="teachings"')[1]) if row]
    assert rows == [
        ["2026-11-21 01:00 UTC", "done", "court-1", "BETTER", "15.3 %", "7.0 %", "2", "$0.12"],
        ["2026-11-20 01:00 UTC", "failed", "court", "—", "—", "—", "—", "—"],
    ]
    assert 'href="/dags/teach_model/runs/second"' in page
    assert 'href="/transcripts/findings?run_id=second"' in page


def test_findings_lead_to_the_pages_of_recordings(viewer: BrowserClient, bucket: Bucket, aws: LocalAws) -> None:
    run = add_teaching("first", figures=FIGURES)
    names = ("processed/calls/a b.wav from 3.2 s", "corrected/calls/gone.json", "teaching/anna/c.wav", "input/.wav")
    write_findings(bucket, run, *names)
    aws.control("DELETE", "/_calls")
    page = viewer.text("findings", run_id="first")
    assert s3_requests(aws) <= 5
    assert [row[0] for row in cells(page) if row] == list(names)
    assert 'href="/transcripts/recording?name=calls%2Fa+b"' in page
    assert 'href="/transcripts/recording?name=calls%2Fgone"' in page
    assert page.count("/transcripts/recording?") == 2


def test_findings_have_pages(viewer: BrowserClient, bucket: Bucket) -> None:
    run = add_teaching("first", figures=FIGURES)
    write_findings(bucket, run, *(f"teaching/anna/{number}.wav" for number in range(101)))
    first, second = viewer.text("findings", run_id="first"), viewer.text("findings", run_id="first", page=1)
    assert "1 to 100 of 101" in first
    assert 'href="/transcripts/findings?run_id=first&amp;page=1"' in first
    assert "101 to 101 of 101" in second
    assert 'href="/transcripts/findings?run_id=first&amp;page=0"' in second


def test_a_teaching_that_is_gone_or_has_no_report_is_no_error(viewer: BrowserClient, bucket: Bucket) -> None:
    assert viewer.get("findings", run_id="gone").status_code == 404
    run = add_teaching("first")
    assert "There are none." in viewer.text("findings", run_id="first")
    upload(bucket, RunKeys(run).teaching("report.json"), b'{"findings": [1, {"code": []}]}')
    assert viewer.text("findings", run_id="first")


def test_hostile_texts_are_text(viewer: BrowserClient, bucket: Bucket) -> None:
    fill_set(bucket, "<script>alert(1)<", "a.wav")
    run = add_teaching("first", base=HOSTILE, figures={**FIGURES, "verdict": HOSTILE})
    write_findings(bucket, run, HOSTILE, f"processed/{HOSTILE}.wav", code=HOSTILE)
    errors = {"model": HOSTILE, "month": HOSTILE, "words": 1, "errors": 0, "segments": 1, "checked": 1, "seconds": 1}
    upload(bucket, keys.CORRECTED_ERRORS, json.dumps({"recordings": {HOSTILE: errors}}).encode())
    for page in (viewer.text("data"), viewer.text("findings", run_id="first")):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_without_a_login_nobody_sees_them(visit: Callable[[str], BrowserClient]) -> None:
    assert [visit("").get(path, run_id="first").status_code for path in ("data", "findings")] == [303, 303]
