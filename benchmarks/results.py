"""The folder `benchmarks/results/`, with the newest results of all benchmarks: one JSON file for each machine."""

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
class MachineResults:
    """The results of one execution of the benchmarks."""

    machine: Machine
    #: The date and time of the start, such as "2026-11-22 01:00 UTC".
    started: str
    #: The rows of each benchmark, by the benchmark's name.
    rows: Mapping[str, Rows]


def read(folder: Path = FOLDER) -> list[MachineResults]:
    """Return the saved results of all machines, in the order of the files' names."""
    return [_parse(json.loads(path.read_text())) for path in sorted(folder.glob("*.json"))]


def write(machine_results: MachineResults, folder: Path = FOLDER) -> Path:
    """Save the results of a machine, and return the path of their file.

    The file replaces the earlier results of the same machine.
    """
    name = re.sub(r"[^a-z0-9]+", "-", machine_results.machine.description.lower())
    path = folder / f"{name}.json"
    document = {
        "machine": machine_results.machine.description,
        "cores": machine_results.machine.cores,
        "started": machine_results.started,
        "benchmarks": machine_results.rows,
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def _parse(document: Mapping[str, Any]) -> MachineResults:
    return MachineResults(Machine(document["machine"], document["cores"]), document["started"], document["benchmarks"])
