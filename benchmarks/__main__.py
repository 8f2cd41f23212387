"""`python -m benchmarks`: measure, print a table, leave `benchmarks/results.json`."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.measure import Measured
from local import processes
from local.aws_client import aws_environment, isolate, s3_client
from local.paths import ROOT
from local.stack import start_aws

RESULTS = Path(__file__).parent / "results.json"

#: Module → what it does, and to how many files.
BENCHMARKS = {"planning": ("Plan", 100_000), "moving": ("Move", 10_000)}


def main() -> None:
    """Run all benchmarks against one local AWS."""
    isolate()
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        endpoint = start_aws(state)
        try:
            results = [_run(endpoint, name, *what) for name, what in BENCHMARKS.items()]
        finally:
            processes.end(state)
    document = {"machine": f"{len(os.sched_getaffinity(0))} cores, {platform.processor()}", "results": results}
    RESULTS.write_text(json.dumps(document, indent=1) + "\n")
    Console().print(_table(results))


def _run(endpoint: str, name: str, verb: str, files: int) -> dict[str, Any]:
    _fill(endpoint, name, files)
    httpx.delete(f"{endpoint}/_calls").raise_for_status()
    environment = {**os.environ, **aws_environment(endpoint), "AIRFLOW_CONN_AWS_DEFAULT": "aws://"}
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", name],
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


def _table(results: list[dict[str, Any]]) -> Table:
    table = Table("", "Seconds", "Peak memory", "of which before", "Requests", title="Measured on this machine")
    for each in results:
        requests = ", ".join(f"{count:,} {name}" for name, count in each["requests"].items())
        table.add_row(
            each["benchmark"],
            f"{each['seconds']:.1f}",
            f"{each['megabytes']:.0f} MB",
            f"{each['megabytes_before']:.0f} MB",
            requests,
        )
    return table


if __name__ == "__main__":
    main()
