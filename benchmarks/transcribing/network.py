"""How much of a core the batched engine's network makes use of, by how many segments go through it together."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from benchmarks.markdown import table
from benchmarks.transcribing import models, usage
from benchmarks.transcribing.child import networks_of
from local.paths import IMAGE_ENV, ROOT


def measure() -> list[Mapping[str, Any]]:
    """A row for each number of segments."""
    model = models.official_size()
    script = (IMAGE_ENV / "bin" / "python", "-m", "benchmarks.transcribing.network_speed")
    command = (*script, model.folder, networks_of(model))
    print(f"{model.name}: the network alone …", flush=True)
    one_core = {**usage.ENVIRONMENT, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=one_core, stdout=subprocess.PIPE, check=True)
    rows: list[Mapping[str, Any]] = json.loads(done.stdout)
    return rows


def report(part: Mapping[str, Any]) -> str:
    """A table in Markdown."""
    header = ("segments at a time", "audio seconds per second of one core", "of the core's peak")
    cells = (
        (str(row["segments"]), f"{row['audio_seconds']:.1f}", f"{row['gigaflops'] / row['peak']:.0%}")
        for row in part["rows"]
    )
    peak = part["rows"][-1]["peak"]
    return (
        f"{table(header, cells)}\n\nWith a model of the official size, on one core of {part['machine']}. "
        f"Its peak, {peak:.0f} GFLOPS, is the best product of two single-precision matrices by OpenBLAS."
    )
