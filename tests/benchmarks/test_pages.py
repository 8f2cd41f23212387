"""The benchmark of the pages: what it measured is within its limits, and its tables and its measurements are sound."""

from __future__ import annotations

import os

import httpx
import pytest

from benchmarks import results
from benchmarks.errors import BenchmarkError
from benchmarks.machine import Machine
from benchmarks.pages import evaluated_models, full_site, pages, responses
from transcription.contract import keys, records
from transcription.contract.evaluation import EvaluationOutcome, ModelResult
from transcription.contract.run_keys import RunKeys

#: For a page, however full the bucket is. The time is the processor time of the web server.
MOST_REQUESTS, MOST_MILLISECONDS = 5, 300

ROWS = [
    {
        "page": "runs",
        "transcripts": 100_000,
        "milliseconds": 20.4,
        "slowest": 31.0,
        "processor": 14.6,
        "requests": {"LIST output/": 1, "GET runs/": 2},
    },
    {"upload": 2 * 2**30, "parts": 128, "seconds": 61.2, "megabytes_before": 301.9, "megabytes": 303.4},
    {"openings": 240, "megabytes_before": 300.2, "megabytes": 301.9},
    {"airflow": "alone", "milliseconds": 12.0, "slowest": 15.0},
    {"airflow": "while 2 people open the pages", "milliseconds": 40.0, "slowest": 90.0},
]


def test_the_saved_results_are_within_the_limits() -> None:
    rows = [row for result in results.read() for row in result.rows.get("pages", []) if "page" in row]
    assert [row["page"] for row in rows if row["processor"] > MOST_MILLISECONDS] == []
    assert [row["page"] for row in rows if sum(row["requests"].values()) > MOST_REQUESTS] == []


def test_the_tables_show_what_was_measured() -> None:
    text = pages.report(ROWS, Machine("2 cores of one", 2))
    assert "| runs | 15 ms | 20 ms, 31 ms | 1 LIST output/, 2 GET runs/ |" in text
    assert "page, with 100,000 transcripts" in text
    assert "| while 2 people open the pages | 40 ms, 90 ms |" in text
    assert "A file of 2.0 GiB was uploaded in 128 parts, in 61 s." in text
    assert "the web server needed 302 MB, and during it 303 MB." in text
    assert "After 240 pages, the web server needs 302 MB, and before 300 MB." in text


def test_a_page_that_does_not_open_is_an_error_and_no_fast_page() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(500 if request.url.path == "/broken" else 200))
    with httpx.Client(transport=transport, base_url="http://airflow") as client:
        assert responses.measure(client, ["/good"], 3).median >= 0
        with pytest.raises(BenchmarkError, match="/broken answers 500"):
            responses.measure(client, ["/broken"], 3)
        with pytest.raises(BenchmarkError, match="/broken answers 500"), responses.busy([client], ["/broken"]):
            pass


def test_the_names_are_in_the_order_of_s3() -> None:
    names = full_site.names(100)
    assert names == sorted(names, key=lambda name: keys.transcript(name).encode())
    assert len(set(names)) == 100


def test_an_evaluation_is_as_large_as_a_real_one_and_its_records_can_be_read() -> None:
    written = {key: records.dump(record) for key, record in evaluated_models.objects(RunKeys("run"), 100)}
    outcome = records.load(EvaluationOutcome, written.pop(RunKeys("run").evaluation("outcome.json")), "outcome")
    assert [figures.model for figures in outcome.models] == list(evaluated_models.MODELS)
    for figures in outcome.models:
        content = written.pop(RunKeys("run").evaluated_model(figures.model))
        heard = records.load(ModelResult, content, "result").recordings
        assert sum(recording.mistakes.errors for recording in heard) == figures.mistakes.errors
        assert 800 <= len(content) / len(heard) <= 1_100
    assert not written


def test_the_memory_of_a_process_counts() -> None:
    assert responses.megabytes(os.getpid()) > 10
    assert responses.processor_milliseconds(os.getpid()) > 10
