"""The tasks that touch every file, each in a process of its own, against one local AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import httpx

from benchmarks.full_bucket.measured import Measured
from benchmarks.local_s3 import local_s3
from benchmarks.markdown import table
from local.aws_client import aws_environment, s3_client
from local.paths import ROOT

#: Module → what it does, and to how many files.
TASKS = {"planning": ("Plan", 100_000), "moving": ("Move", 10_000)}


def measure(tasks: Mapping[str, tuple[str, int]] = TASKS) -> list[Mapping[str, Any]]:
    """A row for each task."""
    with local_s3() as endpoint:
        return [_run(endpoint, name, *what) for name, what in tasks.items()]


def report(part: Mapping[str, Any]) -> str:
    """The rows as a table in Markdown."""
    rows = (
        (
            each["benchmark"],
            f"{each['seconds']:.0f} s",
            f"{each['megabytes']:.0f} MB, of which {each['megabytes_before']:.0f} MB before it begins",
            ", ".join(f"{count:,} {name}" for name, count in each["requests"].items()),
        )
        for each in part["rows"]
    )
    return table(("", "time", "memory", "requests"), rows) + f"\n\nOn {part['machine']}, which also stood for S3."


def _run(endpoint: str, name: str, verb: str, files: int) -> dict[str, Any]:
    print(f"{verb} {files:,} files …", flush=True)
    _fill(endpoint, name, files)
    httpx.delete(f"{endpoint}/_calls").raise_for_status()
    environment = {**os.environ, **aws_environment(endpoint), "AIRFLOW_CONN_AWS_DEFAULT": "aws://"}
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.full_bucket.{name}", name],
            env={**environment, "AIRFLOW_HOME": home},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    measured = Measured(**json.loads(done.stdout.splitlines()[-1]))
    calls: Mapping[str, int] = httpx.get(f"{endpoint}/_calls").raise_for_status().json()["s3"]
    return {"benchmark": f"{verb} {files:,} files", **asdict(measured), "requests": dict(calls)}


def _fill(endpoint: str, bucket: str, files: int) -> None:
    """Fill a bucket with many small files, their names as dictation machines make them."""
    s3 = s3_client(endpoint)
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="pattern", Body=b"RIFF")
    names = [f"input/2026.11.{number % 28 + 1:02d}/{number:06d}.wav" for number in range(files)]
    request = {"bucket": bucket, "source": "pattern", "keys": names}
    httpx.post(f"{endpoint}/_copies", json=request, timeout=300).raise_for_status()
