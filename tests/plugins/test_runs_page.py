"""The pages about runs: the list from Airflow's database, and one run from its records in the bucket."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.dags.bucket_objects import upload
from tests.support.dags.outcome_lists import write_moves
from tests.support.dags.reports import AUDIO, GREEN_RUN, make_outcome, report_on
from tests.support.plugins.airflow_runs import add_run, remove_runs
from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.child_logs import write_log
from tests.support.plugins.requests import s3_requests
from tests.support.plugins.searches import hits
from tests.support.standin.standin_server import LocalAws
from transcription.contract import keys, result
from transcription.contract.manifest import Item
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import MISSING, Outcome, Outcomes
from transcription.shared.aws_console import AwsConsole
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import FailedChild, Job

FIGURES = {"transcribed": 12, "failed": 3, "audio_seconds": 5400.0, "real_time_factor": 0.123, "cost": 1.5}
HOSTILE = "<script>alert(1)</script> \"'&../%2e%2e\u202e\nx"


@pytest.fixture(autouse=True)
def no_runs(app: object) -> Iterator[None]:
    """Start and end with an Airflow without runs."""
    remove_runs()
    yield
    remove_runs()


def cells(page: str) -> list[list[str]]:
    """Return the texts of the cells of all table rows of a page. All white space between words is one space."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
    texts = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    shown = [[re.sub(r"<span class=\"unseen\">.*?</span>|<[^>]*>", "", text) for text in row] for row in texts]
    return [[" ".join(text.split()) for text in row] for row in shown]


def test_the_list_shows_the_newest_runs_first_with_their_figures(viewer: BrowserClient) -> None:
    add_run("first", day=0, figures=FIGURES)
    add_run("second", day=1, state="failed")
    rows = [row for row in cells(viewer.text("")) if row]
    assert rows == [
        ["2026-11-21 01:00 UTC", "failed", "—", "—", "—", "30.0", "—", "—", "Tasks"],
        ["2026-11-20 01:00 UTC", "done", "12", "3", "1.5", "30.0", "0.123", "$1.50", "Tasks"],
    ]


def test_the_list_needs_no_request_to_s3(viewer: BrowserClient, aws: LocalAws) -> None:
    add_run("first", figures=FIGURES)
    assert viewer.text("")
    assert aws.control("GET", "/_calls") == {}


def test_runs_without_audio_are_shown_on_request(viewer: BrowserClient) -> None:
    add_run("quiet-night", audio=False)
    assert "No run has found audio yet" in viewer.text("")
    assert "no audio" in viewer.text("", quiet="yes")


def test_the_chart_has_a_bar_for_each_run_with_its_outcome(viewer: BrowserClient) -> None:
    add_run("good", day=0, figures={**FIGURES, "failed": 0})
    add_run("some-failed", day=1, figures={**FIGURES, "audio_seconds": 2700.0})
    add_run("red", day=2, state="failed")
    bars = re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="[\d.]+" width="14" height="([\d.]+)"', viewer.text(""))
    assert [kind for kind, _, _ in bars] == ["good", "warn", "bad"]
    assert [float(height) for _, _, height in bars] == [118, 59, 2]
    assert [float(x) for _, x, _ in bars] == [540, 560, 580]


def test_the_list_has_pages(viewer: BrowserClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transcript_pages.runs_page._RUNS", 2)
    for day in range(3):
        add_run(f"run-{day}", day=day)
    first = viewer.text("")
    (earlier,) = re.findall(r'href="/transcripts/([^"]*before=[^"]*)"', first)
    assert "2026-11-20" not in first
    assert [row[0] for row in cells(viewer.text(earlier.replace("&amp;", "&"))) if row] == ["2026-11-20 01:00 UTC"]
    assert viewer.get("", before="yesterday").status_code == 422


def test_a_run_shows_its_report_and_its_files_with_unsure_words_first(
    viewer: BrowserClient, bucket: Bucket, aws: LocalAws
) -> None:
    run = add_run("manual__1")
    unsure = Outcome(
        Item(7, "input/b/c.wav", "e", 1), result.TRANSCRIBED, audio=AUDIO, words=9, unsure_words=8, confidence=0.5
    )
    outcomes = [*GREEN_RUN, unsure]
    bucket.write_record(RunKeys(run).report, report_on(*outcomes, vcpu_hours=2.0))
    write_moves(bucket, run, *outcomes)
    aws.control("DELETE", "/_calls")
    page = viewer.text("run", run_id="manual__1")
    assert s3_requests(aws) <= 5
    assert next(row for row in cells(page) if len(row) == 5) == ["b/c", "30:00", "9", "8", "0.50"]
    assert "The file is empty" in page
    assert 'href="/transcripts/recording?name=b%2Fc"' in page
    assert 'href="/dags/transcribe_audio/runs/manual__1"' in page
    failed = [row for row in cells(page) if row and row[0] == "input/3.wav"]
    assert failed == [["input/3.wav", "failed", "why (AUDIO_EMPTY)"]]


def test_the_files_of_a_large_run_have_pages(viewer: BrowserClient, bucket: Bucket) -> None:
    run = add_run("large")
    files = [Outcome(Item(number, f"input/{number}.wav", "e", 1), result.TRANSCRIBED, audio=AUDIO) for number in (0, 1)]
    for number, file in enumerate(files):
        bucket.write_record(RunKeys(run).moves(number), Outcomes(run, (file,), "draft-0-0", 2, 2))
    first = viewer.text("run", run_id="large")
    assert "recording?name=0" in first
    assert "recording?name=1" not in first
    assert 'href="/transcripts/run?run_id=large&amp;page=1"' in first
    second = viewer.text("run", run_id="large", page=1)
    assert "recording?name=1" in second
    assert 'href="/transcripts/run?run_id=large&amp;page=0"' in second
    for name in ("0", "1"):
        upload(bucket, keys.transcript(name), b"a window")
    assert hits(viewer.text("search", run_id="large", text="window")) == ["0", "1"]


def test_a_run_without_records_says_so(viewer: BrowserClient) -> None:
    add_run("quiet", audio=False)
    add_run("working", state="running")
    assert "This run found no audio." in viewer.text("run", run_id="quiet")
    add_run("red", state="failed")
    assert "This run has no report." in viewer.text("run", run_id="red")
    assert "The run works." in viewer.text("run", run_id="working")
    add_run("new", state="running", audio=False)
    assert "The run looks for audio." in viewer.text("run", run_id="new")
    missing = viewer.get("run", run_id="no-such-run")
    assert missing.status_code == 404
    assert "Airflow has no such run any more." in missing.text


@pytest.mark.parametrize(
    "record", [b"no JSON", b"[]", b'{"not_transcribed": 7, "failed": "x"}', b'{"failed_by_code": {"X": 1}}']
)
def test_a_report_of_another_release_is_no_reason_to_fail(record: bytes, viewer: BrowserClient, bucket: Bucket) -> None:
    run = add_run("odd")
    upload(bucket, RunKeys(run).report, record)
    upload(bucket, RunKeys(run).job, record)
    assert viewer.get("run", run_id="odd").status_code == 200


def test_a_hostile_name_is_text(viewer: BrowserClient, bucket: Bucket) -> None:
    run = add_run("hostile")
    outcomes = [
        Outcome(Item(0, f"input/{HOSTILE}.wav", "e", 1), result.TRANSCRIBED, audio=AUDIO, words=1),
        Outcome(Item(1, f"input/{HOSTILE}2.wav", "e", 1), MISSING, failure=make_outcome(1, MISSING, "X").failure),
    ]
    bucket.write_record(RunKeys(run).report, report_on(*outcomes))
    write_moves(bucket, run, *outcomes)
    page = viewer.text("run", run_id="hostile")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "name=%3Cscript%3Ealert%281%29%3C%2Fscript%3E+%22%27%26..%2F%252e%252e%E2%80%AE%0Ax" in page


def test_the_log_of_a_failed_child_can_be_read(viewer: BrowserClient, bucket: Bucket, aws: LocalAws) -> None:
    run = add_run("red", state="failed")
    group, stream = "/aws/batch/job", f"transcribe/default/{run}"
    write_log(aws, group, stream, "first", "<b>last</b>")
    address = AwsConsole("https://console.aws.amazon.com", "us-east-1").log(group, stream)
    children = (FailedChild("job:3", "exit code 1", address), FailedChild("job:4", "no machine", ""))
    bucket.write_record(RunKeys(run).job, Job(run, "job", "name", failed=children))
    assert "exit code 1" in viewer.text("run", run_id="red")
    page = viewer.text("log", run_id="red", child=3)
    assert "first\n&lt;b&gt;last&lt;/b&gt;\n" in page
    assert "did not start" in viewer.text("log", run_id="red", child=4)
    assert viewer.get("log", run_id="red", child=5).status_code == 404


def test_a_log_that_cloudwatch_has_deleted_is_no_reason_to_fail(viewer: BrowserClient, bucket: Bucket) -> None:
    run = add_run("old", state="failed")
    address = AwsConsole("https://console.aws.amazon.com", "us-east-1").log("/aws/batch/job", "gone")
    bucket.write_record(RunKeys(run).job, Job(run, "job", "name", failed=(FailedChild("job:0", "why", address),)))
    assert "CloudWatch does not keep this log any more." in viewer.text("log", run_id="old", child=0)
