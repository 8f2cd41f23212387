"""The results of `make bench`. They are read as plain JSON, because this package does not import the benchmarks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.paths import ROOT

_FOLDER = ROOT / "benchmarks" / "results"

#: The benchmark result of one machine: the rows of each benchmark, the description of the machine, and its number of
#: `cores`.
MachineResults = Mapping[str, Any]


def read_results(folder: Path = _FOLDER) -> list[MachineResults]:
    """Return the benchmark results of all machines."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def slowest_machine(folder: Path = _FOLDER) -> MachineResults:
    """Return the benchmark result of the machine on which an hour of audio takes longest.

    Machines that did not measure the engines are left out.
    """
    return max((results for results in read_results(folder) if "engines" in results["benchmarks"]), key=vcpu_hours)


def typical_row(results: MachineResults) -> Mapping[str, Any]:
    """Return the row of a benchmark result with both engines, all cores and recordings of 10 s.

    The measured time includes everything from the download of the recordings to the upload of the transcripts. The
    model has the size of the official one.
    """
    rows = results["benchmarks"]["engines"]
    (row,) = (row for row in rows if row["seconds"] == 10 and row["cores"] == results["cores"])  # noqa: PLR2004
    return dict(row)


def vcpu_hours(results: MachineResults) -> float:
    """Return the vCPU hours that the default engine needs for an hour of audio, from a benchmark result."""
    row = typical_row(results)
    return float(row["engines"]["auto"]["seconds"] * row["cores"] / (row["seconds"] * row["files"]))
