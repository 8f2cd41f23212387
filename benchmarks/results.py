"""`benchmarks/results.json`: what was measured last, each part with the machine it was measured on."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results.json"


def read(path: Path = RESULTS) -> dict[str, Any]:
    """The parts by their names; each has `machine` for people, its `cores`, and `rows`."""
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def write(name: str, rows: list[Mapping[str, Any]], path: Path = RESULTS) -> None:
    """Replace one part."""
    document = read(path)
    cores = len(os.sched_getaffinity(0))
    document[name] = {"machine": f"{cores} cores of {_processor()}", "cores": cores, "rows": rows}
    path.write_text(json.dumps(document, indent=1) + "\n")


def _processor() -> str:
    """The maker's name of the processor, which Python does not know on Linux."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
