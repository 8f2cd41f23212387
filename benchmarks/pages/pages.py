"""Benchmark of the pages in Airflow: time, calls of S3 and memory, and how Airflow's own pages fare beside them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from benchmarks.machine import Machine
from benchmarks.pages import evaluated_models, full_site, large_upload, responses
from benchmarks.results import Rows
from documentation.markdown import table
from local.airflow import DAG_ID
from local.resources import TEACH_JOB_DEFINITION
from local.stack import Stack

_NAMES, _QUICK_NAMES = 100_000, 1_100
#: How often each page is opened for its time, and for the memory.
_REPETITIONS = 15
_MEMORY_ROUNDS, _QUICK_MEMORY_ROUNDS = 30, 2
#: Number of people who open the pages of transcripts without a pause.
_PEOPLE = 2
#: The addresses of Airflow's API that its own pages for the DAG ask.
_AIRFLOWS = (
    "/api/v2/dags",
    f"/api/v2/dags/{DAG_ID}",
    f"/api/v2/dags/{DAG_ID}/dagRuns",
    f"/ui/grid/structure/{DAG_ID}",
)


def measure(quick: bool) -> Rows:
    """Measure each page, and Airflow's own pages alone and beside them.

    Args:
        quick: Measure with few transcripts only.

    Returns:
        A row for each page, for Airflow's own pages, and for the memory.
    """
    names = full_site.names(_QUICK_NAMES if quick else _NAMES)
    settings = {"teach_job_definition": TEACH_JOB_DEFINITION}  # the DAG `evaluate_models` exists with it only
    with (
        tempfile.TemporaryDirectory() as folder,
        Stack(Path(folder), settings=settings) as stack,
        responses.explained_by(_log(stack)),
    ):
        print(f"Filling the bucket with {len(names):,} transcripts …", flush=True)
        run_id = full_site.fill(stack, names)
        heard = evaluated_models.QUICK_RECORDINGS if quick else evaluated_models.RECORDINGS
        evaluation = evaluated_models.fill(stack, heard)
        with stack.airflow.client() as api:
            headers = {"Authorization": api.headers["Authorization"]}
        clients = [httpx.Client(base_url=stack.airflow.url, headers=headers) for _ in range(1 + _PEOPLE)]
        pages = _pages(clients[0], run_id, names) | _page_of_evaluation(evaluation, heard)
        repetitions = 2 if quick else _REPETITIONS
        rows: list[Mapping[str, Any]] = [
            {"page": page, "transcripts": len(names), **_measure_page(stack, clients[0], path, repetitions)}
            for page, path in pages.items()
        ]
        paths = list(pages.values())
        rows += _memory(stack, clients[0], paths, _QUICK_MEMORY_ROUNDS if quick else _MEMORY_ROUNDS)
        alone = responses.measure(clients[0], _AIRFLOWS, _REPETITIONS)
        with responses.busy(clients[1:], paths):
            beside = responses.measure(clients[0], _AIRFLOWS, _REPETITIONS)
        size = large_upload.QUICK_SIZE if quick else large_upload.SIZE
        upload = large_upload.measure(clients[0], stack.airflow.components["api-server"].pid, size)
        for client in clients:
            client.close()
    return [
        *rows,
        upload,
        {"airflow": "alone", "milliseconds": alone.median, "slowest": alone.slowest},
        {"airflow": f"while {_PEOPLE} people open the pages", "milliseconds": beside.median, "slowest": beside.slowest},
    ]


def _log(stack: Stack) -> Path:
    """Return the file with the errors of Airflow's web server."""
    return stack.state / "logs" / "airflow-api-server.log"


def _pages(client: httpx.Client, run_id: str, names: list[str]) -> dict[str, str]:
    """Return the addresses of the pages to measure, by what the table calls them."""
    folder, last_page = names[0].rpartition("/")[0], (len(names) - 1) // 1000
    of_folder = f"/transcripts/recordings?{urlencode({'prefix': f'{folder}/'})}"
    (token,) = re.findall(r"token=([^\"&]+)\">Next page", responses.open_page(client, of_folder).text)[:1] or ("",)
    searched = f"/transcripts/search?{urlencode({'run_id': run_id, 'text': 'no such words'})}"
    found = f"/transcripts/search?{urlencode({'text': 'word', 'page': last_page})}"
    child = {"run_id": run_id, "child": full_site.FAILED_CHILD}
    pages = {
        "runs": "/transcripts/",
        "a run": f"/transcripts/run?{urlencode({'run_id': run_id})}",
        "a run, its last files": f"/transcripts/run?{urlencode({'run_id': run_id, 'page': last_page})}",
        "the log of a failed child": f"/transcripts/log?{urlencode(child)}",
        "all folders": "/transcripts/recordings",
        "recordings, unsure words first": "/transcripts/recordings?order=unsure",
        "recordings of a folder": of_folder,
        "a recording": f"/transcripts/recording?name={quote(names[1], safe='')}",
        "the transcript of a recording": f"/transcripts/recording-data?name={quote(names[1], safe='')}",
        "failed files": "/transcripts/failed",
        "upload": "/transcripts/upload",
        "your data": "/transcripts/data",
        "search, an answer without results": searched,
        "search, an answer with a result for each recording": found,
    }
    return {**pages, "recordings of a folder, next page": f"{of_folder}&token={token}"} if token else pages


def _page_of_evaluation(run_id: str, recordings: int) -> dict[str, str]:
    """Return the address of the page that compares two models word by word, by what the table calls it."""
    first, second = evaluated_models.MODELS
    query = {"run_id": run_id, "model": first, "other": second}
    return {f"an evaluation, two models with {recordings:,} recordings": f"/transcripts/evaluation?{urlencode(query)}"}


def _measure_page(stack: Stack, client: httpx.Client, path: str, repetitions: int) -> dict[str, Any]:
    """Return the time of a page, the processor time of the web server, and the calls of S3 when it is opened once."""
    pid = stack.airflow.components["api-server"].pid
    responses.open_page(client, path)
    calls = f"{stack.addresses.endpoint}/_calls"
    httpx.delete(calls).raise_for_status()
    responses.open_page(client, path)
    requests: Mapping[str, int] = httpx.get(calls).raise_for_status().json().get("s3", {})
    before = responses.processor_milliseconds(pid)
    times = responses.measure(client, [path], repetitions)
    processor = (responses.processor_milliseconds(pid) - before) / repetitions
    return {
        "milliseconds": times.median,
        "slowest": times.slowest,
        "processor": processor,
        "requests": dict(requests),
    }


def _memory(stack: Stack, client: httpx.Client, paths: list[str], rounds: int) -> Rows:
    """Return the memory of the web server before and after each page was opened `rounds` times."""
    pid = stack.airflow.components["api-server"].pid
    before = responses.megabytes(pid)
    responses.measure(client, paths, rounds)
    return [{"openings": rounds * len(paths), "megabytes_before": before, "megabytes": responses.megabytes(pid)}]


def report(rows: Rows, machine: Machine) -> str:
    """Return the rows as tables in Markdown."""
    pages = [
        (row["page"], f"{row['processor']:.0f} ms", _milliseconds(row), _calls(row["requests"]))
        for row in rows
        if "page" in row
    ]
    airflows = [(row["airflow"], _milliseconds(row)) for row in rows if "airflow" in row]
    (memory,) = (row for row in rows if "openings" in row)
    count = next(row["transcripts"] for row in rows if "page" in row)
    uploads = [
        f"A file of {row['upload'] / 2**30:.1f} GiB was uploaded in {row['parts']:,} parts, in {row['seconds']:.0f} s. "
        f"Before the upload, the web server needed {row['megabytes_before']:.0f} MB, and during it "
        f"{row['megabytes']:.0f} MB."
        for row in rows
        if "upload" in row
    ]
    return "\n\n".join(
        (
            table(
                (
                    f"page, with {count:,} transcripts",
                    "processor time of the web server",
                    "whole time: median, slowest",
                    "requests to S3",
                ),
                pages,
            ),
            table(("Airflow's own pages", "whole time: median, slowest"), airflows),
            f"After {memory['openings']:,} pages, the web server needs {memory['megabytes']:.0f} MB, and before "
            f"{memory['megabytes_before']:.0f} MB. On {machine.description}, which also served S3.",
            *uploads,
        )
    )


def _milliseconds(row: Mapping[str, Any]) -> str:
    return f"{row['milliseconds']:.0f} ms, {row['slowest']:.0f} ms"


def _calls(requests: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {request}" for request, count in requests.items()) or "none"
