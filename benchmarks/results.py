"""`benchmarks/results/`: the last run of all benchmarks on each machine, a JSON file for each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import Machine

FOLDER = Path(__file__).parent / "results"

#: The rows of a benchmark's table, with the unrounded measurements.
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Run:
    """What one run measured."""

    machine: Machine
    #: Date and time, UTC.
    started: str
    #: By the benchmark's name.
    rows: Mapping[str, Rows]


def read(folder: Path = FOLDER) -> list[Run]:
    """Read the runs of all machines, in the order of their files' names."""
    return [_run(json.loads(path.read_text())) for path in sorted(folder.glob("*.json"))]


def write(run: Run, folder: Path = FOLDER) -> Path:
    """Save a run in place of the earlier one of the same machine, and return its file."""
    name = re.sub(r"[^a-z0-9]+", "-", run.machine.description.lower())
    path = folder / f"{name}.json"
    document = {
        "machine": run.machine.description,
        "cores": run.machine.cores,
        "started": run.started,
        "benchmarks": run.rows,
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def _run(document: Mapping[str, Any]) -> Run:
    return Run(Machine(document["machine"], document["cores"]), document["started"], document["benchmarks"])
