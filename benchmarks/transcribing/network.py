"""Benchmark of the network of the batched engine, for each number of segments that it computes at a time.

The table compares the speed of the network with the peak of the core: the speed of the fastest matrix product.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.machine import Machine
from benchmarks.results import Rows
from benchmarks.transcribing import models, resource_usage
from benchmarks.transcribing.child import networks_of
from benchmarks.transcribing.models import BenchmarkModel
from documentation.markdown import table
from local.paths import IMAGE_ENV, ROOT

#: How long the network runs with each number of segments, in seconds.
_SECONDS, _QUICK_SECONDS = 2.0, 0.1
#: OpenBLAS's kernels (its code for a kind of processor), best first, and the flags of /proc/cpuinfo that they need.
#: For a processor that it does not know, OpenBLAS selects far slower kernels.
#: Source: OpenBLAS 0.3.23, driver/others/dynamic.c.
_KERNELS: Mapping[str, frozenset[str]] = {
    "SkylakeX": frozenset({"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}),
    "Haswell": frozenset({"avx2", "fma"}),
}


def measure(quick: bool) -> Rows:
    """Measure the network of a model of the official size.

    Args:
        quick: Repeat each number of segments for a moment only.

    Returns:
        A row for each number of segments.

    Raises:
        BenchmarkError: The model cannot be made or converted, or the network is faster than the measured peak.
    """
    return measure_model(models.official_size(), _QUICK_SECONDS if quick else _SECONDS)


def measure_model(model: BenchmarkModel, seconds: float) -> Rows:
    """Measure the network of a model.

    Args:
        model: The model.
        seconds: How long the network runs with each number of segments.

    Returns:
        A row for each number of segments.

    Raises:
        BenchmarkError: The model cannot be converted, or the network is faster than the measured peak.
    """
    script = (IMAGE_ENV / "bin" / "python", "-m", "benchmarks.transcribing.network_speed")
    command = (*script, model.folder, networks_of(model), str(seconds))
    print(f"{model.name}: the network alone …", flush=True)
    environment = openblas_environment(resource_usage.ENVIRONMENT, Path("/proc/cpuinfo").read_text())
    completed = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    rows: Rows = json.loads(completed.stdout)
    check_peak(rows)
    return rows


def openblas_environment(environment: Mapping[str, str], cpuinfo: str) -> dict[str, str]:
    """Return a copy of `environment` in which OpenBLAS has one thread and the best kernels for the processor.

    Args:
        environment: The variables to copy, except OpenBLAS's settings.
        cpuinfo: The text of /proc/cpuinfo. If no kernels in `_KERNELS` suit it, OpenBLAS selects the kernels.
    """
    variables = {name: value for name, value in environment.items() if not name.startswith("OPENBLAS_")}
    flags = {flag for line in cpuinfo.splitlines() if line.startswith("flags") for flag in line.split()}
    kernels = next((name for name, needed in _KERNELS.items() if needed <= flags), None)
    return {**variables, "OPENBLAS_NUM_THREADS": "1", **({"OPENBLAS_CORETYPE": kernels} if kernels else {})}


def check_peak(rows: Rows) -> None:
    """Check that the network is not faster than the measured peak of the core in any row.

    Raises:
        BenchmarkError: The network is faster, so the measured peak is too low.
    """
    for row in rows:
        if row["gigaflops"] > row["peak_gigaflops"]:
            raise BenchmarkError(
                f"The network reaches {row['gigaflops']:.0f} GFLOPS with {row['segments']} segments at a time, and the "
                f"core's peak was measured as {row['peak_gigaflops']:.0f} ({row['peak_product']}). "
                "Measure again on a quiet machine; if the error stays, benchmarks/transcribing/peak.py lacks a product."
            )


def report(rows: Rows, machine: Machine) -> str:
    """Return the rows as a table in Markdown."""
    header = ("segments at a time", "audio seconds per second of one core", "share of the core's peak")
    cells = (
        (str(row["segments"]), f"{row['audio_seconds']:.1f}", f"{row['gigaflops'] / row['peak_gigaflops']:.0%}")
        for row in rows
    )
    return (
        f"{table(header, cells)}\n\nWith a model of the official size, on one core of {machine.description}. "
        f"The peak is the fastest product of two single-precision matrices: {rows[0]['peak_gigaflops']:.0f} GFLOPS by "
        f"{rows[0]['peak_product']}."
    )
