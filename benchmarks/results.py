"""The folder `benchmarks/results/`, with the newest results of all benchmarks: one JSON file for each machine."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.machine import Machine

FOLDER = Path(__file__).parent / "results"

#: The rows of a benchmark's table, with the unrounded measurements.
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class MachineResults:
    """The results of one execution of the benchmarks, and of benchmarks that were repeated alone later."""

    machine: Machine
    #: The date and time of the start, such as "2026-11-22 01:00 UTC".
    started: str
    #: The rows of each benchmark, by the benchmark's name.
    rows: Mapping[str, Rows]
    #: The date and time of the start of each benchmark that was repeated alone, by the benchmark's name.
    repeated: Mapping[str, str] = field(default_factory=dict)


def read(folder: Path = FOLDER) -> list[MachineResults]:
    """Return the saved results of all machines, in the order of the files' names."""
    return [_parse(json.loads(path.read_text())) for path in sorted(folder.glob("*.json"))]


def write(machine_results: MachineResults, folder: Path = FOLDER) -> Path:
    """Save the results of a machine, and return the path of their file.

    The file replaces the earlier results of the same machine.
    """
    path = _path(machine_results.machine, folder)
    document = {
        "machine": machine_results.machine.description,
        "cores": machine_results.machine.cores,
        "started": machine_results.started,
        "repeated": machine_results.repeated,
        "benchmarks": machine_results.rows,
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def merge(part: MachineResults, folder: Path = FOLDER) -> MachineResults:
    """Return the saved results of a machine, with those of the benchmarks in `part` replaced.

    Without saved results of the machine, return `part`.
    """
    path = _path(part.machine, folder)
    if not path.exists():
        return part
    saved = _parse(json.loads(path.read_text()))
    repeated = {**saved.repeated, **dict.fromkeys(part.rows, part.started)}
    return replace(saved, rows={**saved.rows, **part.rows}, repeated=repeated)


def _path(machine: Machine, folder: Path) -> Path:
    name = re.sub(r"[^a-z0-9]+", "-", machine.description.lower())
    return folder / f"{name}.json"


def _parse(document: Mapping[str, Any]) -> MachineResults:
    machine = Machine(document["machine"], document["cores"])
    return MachineResults(machine, document["started"], document["benchmarks"], document.get("repeated", {}))
