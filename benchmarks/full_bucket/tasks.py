"""Benchmark of the tasks that handle every file. Each task runs in a process of its own, on a local S3."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from benchmarks.full_bucket import finished_run
from benchmarks.full_bucket.measurement import Measurement
from benchmarks.machine import Machine
from benchmarks.results import Rows
from benchmarks.temporary_s3 import temporary_s3
from documentation.markdown import table
from local.aws_client import aws_environment, s3_client
from local.paths import ROOT
from transcription.contract import keys


@dataclass(frozen=True)
class Task:
    """A task to measure."""

    #: The module of this folder that runs the task.
    module: str
    #: What the task does with the files, for the table.
    verb: str


_PLAN = Task("planning", "Plan")
#: The tasks after transcription. Each one continues with the bucket of the one before.
_FINISH = (Task("verifying", "Verify"), Task("moving", "Move"), Task("reporting", "Report"))
_FILES = 100_000
#: More than one page of outcomes.
_QUICK_FILES = 1_100


def measure(quick: bool) -> Rows:
    """Measure each task.

    Args:
        quick: Measure with few files only.

    Returns:
        A row for each task.
    """
    audio = _audio_keys(_QUICK_FILES if quick else _FILES)
    with temporary_s3() as endpoint:
        _fill(endpoint, "planned", audio)
        rows = [_run(endpoint, _PLAN, "planned")]
        s3_client(endpoint).create_bucket(Bucket="finished")
        finished_run.fill(endpoint, "finished", audio)
        return [*rows, *(_run(endpoint, task, "finished") for task in _FINISH)]


def report(rows: Rows, machine: Machine) -> str:
    """Return the rows as a table in Markdown."""
    cells = (
        (
            row["benchmark"],
            f"{row['seconds']:.0f} s",
            # Rows that earlier releases saved lack the processor time.
            f"{row['processor_seconds']:.0f} s" if "processor_seconds" in row else "not measured",
            f"{row['megabytes']:.0f} MB, of which {row['megabytes_before']:.0f} MB before it begins",
            ", ".join(f"{count:,} {request}" for request, count in row["requests"].items()),
        )
        for row in rows
    )
    header = ("", "time", "processor time", "memory", "requests")
    return f"{table(header, cells)}\n\nOn {machine.description}, which also served S3."


def _run(endpoint: str, task: Task, bucket: str) -> dict[str, Any]:
    """Run a task in a process of its own, and return the row of the task."""
    print(f"{task.verb} …", flush=True)
    httpx.delete(f"{endpoint}/_calls").raise_for_status()
    environment = {**os.environ, **aws_environment(endpoint), "AIRFLOW_CONN_AWS_DEFAULT": "aws://"}
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.run(
            [sys.executable, "-m", f"benchmarks.full_bucket.{task.module}", bucket],
            env={**environment, "AIRFLOW_HOME": home},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    measurement = Measurement(**json.loads(process.stdout.splitlines()[-1]))
    requests: Mapping[str, int] = httpx.get(f"{endpoint}/_calls").raise_for_status().json()["s3"]
    name = f"{task.verb} {measurement.files:,} files"
    return {"benchmark": name, **asdict(measurement), "requests": dict(requests)}


def _audio_keys(files: int) -> list[str]:
    """Return keys below `input/` like those of digital recorders, in the order in which S3 lists them."""
    return sorted(f"{keys.INPUT_FOLDER}2026.11.{number % 28 + 1:02d}/{number:06d}.wav" for number in range(files))


def _fill(endpoint: str, bucket: str, audio: list[str]) -> None:
    """Create a bucket with small files at the keys `audio`."""
    s3 = s3_client(endpoint)
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="pattern", Body=b"RIFF")
    finished_run.copy(endpoint, bucket, "pattern", audio)
