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

from benchmarks.full_bucket.measurement import Measurement
from benchmarks.machine import Machine
from benchmarks.results import Rows
from benchmarks.temporary_s3 import temporary_s3
from documentation.markdown import table
from local.aws_client import aws_environment, s3_client
from local.paths import ROOT


@dataclass(frozen=True)
class Task:
    """A task to measure."""

    #: The module of this folder that runs the task.
    module: str
    #: What the task does with the files, for the table.
    verb: str
    #: The number of files in the bucket.
    files: int


_TASKS = (Task("planning", "Plan", 100_000), Task("moving", "Move", 10_000))
_QUICK_TASKS = (Task("planning", "Plan", 30), Task("moving", "Move", 20))


def measure(quick: bool) -> Rows:
    """Measure each task.

    Args:
        quick: Measure with a few files only.

    Returns:
        A row for each task.
    """
    with temporary_s3() as endpoint:
        return [_run(endpoint, task) for task in (_QUICK_TASKS if quick else _TASKS)]


def report(rows: Rows, machine: Machine) -> str:
    """Return the rows as a table in Markdown."""
    cells = (
        (
            row["benchmark"],
            f"{row['seconds']:.0f} s",
            f"{row['megabytes']:.0f} MB, of which {row['megabytes_before']:.0f} MB before it begins",
            ", ".join(f"{count:,} {request}" for request, count in row["requests"].items()),
        )
        for row in rows
    )
    return f"{table(('', 'time', 'memory', 'requests'), cells)}\n\nOn {machine.description}, which also served S3."


def _run(endpoint: str, task: Task) -> dict[str, Any]:
    """Run a task with a bucket of its own, and return the row of the task."""
    print(f"{task.verb} {task.files:,} files …", flush=True)
    _fill(endpoint, task.module, task.files)
    httpx.delete(f"{endpoint}/_calls").raise_for_status()
    environment = {**os.environ, **aws_environment(endpoint), "AIRFLOW_CONN_AWS_DEFAULT": "aws://"}
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.run(
            [sys.executable, "-m", f"benchmarks.full_bucket.{task.module}", task.module],
            env={**environment, "AIRFLOW_HOME": home},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    measurement = Measurement(**json.loads(process.stdout.splitlines()[-1]))
    requests: Mapping[str, int] = httpx.get(f"{endpoint}/_calls").raise_for_status().json()["s3"]
    return {"benchmark": f"{task.verb} {task.files:,} files", **asdict(measurement), "requests": dict(requests)}


def _fill(endpoint: str, bucket: str, files: int) -> None:
    """Create a bucket with `files` small files below `input/`, with names like those of digital recorders."""
    s3 = s3_client(endpoint)
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="pattern", Body=b"RIFF")
    keys = [f"input/2026.11.{number % 28 + 1:02d}/{number:06d}.wav" for number in range(files)]
    request = {"bucket": bucket, "source": "pattern", "keys": keys}
    httpx.post(f"{endpoint}/_copies", json=request, timeout=300).raise_for_status()
