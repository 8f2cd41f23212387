"""The page of an evaluation: figures, differences, and what was said and heard, with the sound."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.plugins.test_formats import BREAKABLE
from tests.plugins.test_runs_page import cells
from tests.support.dags.bucket_objects import upload
from tests.support.dags.evaluations import OUTCOME, make_result
from tests.support.plugins.airflow_runs import add_evaluation, remove_runs
from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.requests import s3_requests
from tests.support.standin.standin_server import LocalAws
from transcript_pages import formats
from transcription.contract.evaluation import Change, ModelFigures
from transcription.contract.run_keys import RunKeys
from transcription.shared.bucket import Bucket

HOSTILE = "<script>alert(1)</script>"
FIGURES = {
    "models": [
        {"model": "court-1", "word_error_rate": 15.0, "cost_of_an_hour": 0.005},
        {"model": "anna-1", "word_error_rate": 5.0},
    ],
    "cost": 0.123,
}


@pytest.fixture(autouse=True)
def no_runs(app: object) -> Iterator[None]:
    """Start and end with an Airflow without runs."""
    remove_runs()
    yield
    remove_runs()


@pytest.fixture
def run(bucket: Bucket) -> RunKeys:
    """Return the keys of an evaluation with an outcome and the results of both models."""
    run = RunKeys(add_evaluation("first", figures=FIGURES))
    bucket.write_record(run.evaluation("outcome.json"), OUTCOME)
    for figures in OUTCOME.models:
        bucket.write_record(run.evaluated_model(figures.model), make_result(figures.model, 3))
    return run


def rows(client: BrowserClient, table: str, path: str = "evaluation", **query: object) -> list[list[str]]:
    """Return the rows of a table of a page."""
    text = client.text(path, **query).split(f'id="{table}"')[1].split("</table>")[0]
    return [row for row in cells(text) if row]


@pytest.mark.usefixtures("run")
def test_the_page_shows_figures_differences_and_the_worst_recordings_first(
    viewer: BrowserClient, aws: LocalAws
) -> None:
    viewer.text("evaluation", run_id="first")
    aws.control("DELETE", "/_calls")
    page = viewer.text("evaluation", run_id="first", model="court-1", other="anna-1")
    assert s3_requests(aws) <= 5
    assert not BREAKABLE.search(page)
    assert rows(viewer, "models", run_id="first") == [
        ["court-1", "400", "15.0 %", "30", "20", "10", "5.0 %", "0.250", "$0.0050"],
        ["anna-1", "400", "5.0 %", "10", "5", "5", "2.0 %", "0.200", "—"],
    ]
    difference = "court-1 → anna-1: 10.0 points fewer (95 % interval 5.0 to 12.0): anna-1 is better."
    assert formats.with_units(difference) in page
    words = rows(viewer, "words", run_id="first")
    assert [row[0] for row in words] == [
        "teaching/anna/2.wav",
        "teaching/anna/1.wav from 0:02",
        "teaching/anna/0.wav",
    ]
    assert words[0][1:] == ["2 of 10", "turn left laughed now"]
    assert "turn\n<del>left</del> <ins>laughed</ins>\n<ins>now</ins>" in page
    assert "<bdi>left</bdi> (3)" in page
    assert "It has no text." in page


@pytest.mark.usefixtures("run")
def test_two_models_are_beside_each_other(viewer: BrowserClient) -> None:
    shown = rows(viewer, "words", run_id="first", model="anna-1", other="court-1")
    assert len(shown) == 3 and {len(row) for row in shown} == {4}
    page = viewer.text("evaluation", run_id="first")
    assert 'href="/transcripts/evaluation?run_id=first&amp;model=court-1&amp;other=anna-1"' in page


@pytest.mark.usefixtures("run")
def test_the_sound_is_that_of_the_part(viewer: BrowserClient, bucket: Bucket) -> None:
    sounds = re.findall(r'<audio[^>]* src="([^"]*)"', viewer.text("evaluation", run_id="first"))
    assert len(sounds) == 3
    assert f"{bucket.name}" in sounds[1] and "teaching/anna/1.wav?" in sounds[1]
    assert sounds[1].endswith("#t=1.5,3.5") and "#" not in sounds[0]
    assert all("response-content-type=audio" in sound for sound in sounds)


def test_recordings_have_pages(viewer: BrowserClient, bucket: Bucket, run: RunKeys) -> None:
    bucket.write_record(run.evaluated_model("court-1"), make_result("court-1", 21))
    first = viewer.text("evaluation", run_id="first")
    assert "1 to 20 of 21" in first
    assert 'href="/transcripts/evaluation?run_id=first&amp;model=court-1&amp;page=1"' in first
    assert [row[0] for row in rows(viewer, "words", run_id="first", page=1)] == ["teaching/anna/0.wav"]


def test_the_list_leads_to_the_page(viewer: BrowserClient) -> None:
    add_evaluation("first", day=0, state="failed")
    add_evaluation("second", day=1, figures=FIGURES)
    assert rows(viewer, "evaluations", "data") == [
        ["2026-11-21 01:00 UTC", "done", "teaching/anna/", "court-1 15.0 %, anna-1 5.0 %", "$0.12"],
        ["2026-11-20 01:00 UTC", "failed", "teaching/anna/", "court-1, anna-1", "—"],
    ]
    assert 'href="/transcripts/evaluation?run_id=second"' in viewer.text("data")


@pytest.mark.parametrize("data", [None, b"", b"[]", b'{"record": "evaluationoutcome", "version": 1}'])
def test_a_run_without_a_valid_result_says_so(viewer: BrowserClient, bucket: Bucket, data: bytes | None) -> None:
    run = RunKeys(add_evaluation("first"))
    if data is not None:
        upload(bucket, run.evaluation("outcome.json"), data)
    assert "This evaluation has no result yet." in viewer.text("evaluation", run_id="first")


def test_a_run_that_is_gone_and_a_model_that_was_not_evaluated(
    viewer: BrowserClient, bucket: Bucket, run: RunKeys
) -> None:
    assert viewer.get("evaluation", run_id="gone").status_code == 404
    shown = viewer.text("evaluation", run_id="first", model="../../order", other="../../order")
    assert "Words that <bdi>court-1</bdi> most often has wrong" in shown and "../../order" not in shown
    upload(bucket, run.evaluated_model("court-1"), b"{")
    assert "court-1" in viewer.text("evaluation", run_id="first")


def test_hostile_texts_are_text(viewer: BrowserClient, bucket: Bucket, run: RunKeys) -> None:
    result = make_result(HOSTILE, 2, key=f"teaching/{HOSTILE}{{}}.wav")
    changes = (Change("substitute", HOSTILE, HOSTILE),)
    hostile = replace(result, recordings=tuple(replace(entry, changes=changes) for entry in result.recordings))
    figures = ModelFigures(HOSTILE, OUTCOME.models[0].mistakes, 0.1)
    bucket.write_record(run.evaluation("outcome.json"), replace(OUTCOME, models=(figures,), differences=()))
    bucket.write_record(run.evaluated_model(HOSTILE), replace(hostile, wrong_words={HOSTILE: 1}))
    page = viewer.text("evaluation", run_id="first")
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert") > 5


def test_without_a_login_nobody_sees_it(visit: Callable[[str], BrowserClient]) -> None:
    assert visit("").get("evaluation", run_id="first").status_code == 303
