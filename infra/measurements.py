"""Read the results of `make bench`, as plain JSON: this folder does not import the benchmarks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.paths import ROOT

_FOLDER = ROOT / "benchmarks" / "results"

#: The rows of each benchmark, the description of the machine, and its number of `cores`.
MeasuredRun = Mapping[str, Any]


def read_runs(folder: Path = _FOLDER) -> list[MeasuredRun]:
    """Read the run of each machine."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def slowest_run(folder: Path = _FOLDER) -> MeasuredRun:
    """Read the run of the machine on which an hour of audio takes longest."""
    return max(read_runs(folder), key=vcpu_hours)


def typical_row(run: MeasuredRun) -> Mapping[str, Any]:
    """The measurement of both engines on 10 s files and all cores.

    It is made with a model of the official size, from S3 to the transcripts.
    """
    rows = run["benchmarks"]["engines"]
    (row,) = (row for row in rows if row["seconds"] == 10 and row["cores"] == run["cores"])  # noqa: PLR2004
    return dict(row)


def vcpu_hours(run: MeasuredRun) -> float:
    """The hours of one vCPU that the default engine takes for an hour of audio."""
    row = typical_row(run)
    return float(row["engines"]["auto"]["seconds"] * row["cores"] / (row["seconds"] * row["files"]))
