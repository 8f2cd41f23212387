"""Measure which share of a core's peak the batched engine's network reaches, by the number of segments in a batch."""

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

#: How long the network runs with each number of segments.
_SECONDS, _QUICK_SECONDS = 2.0, 0.1
#: OpenBLAS's kernels, best first, and the flags of /proc/cpuinfo that they need.
#: Source: OpenBLAS 0.3.23, driver/others/dynamic.c, which takes far slower ones for processors that it does not know.
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
        BenchmarkError: The network is faster than the peak, so the peak is not one.
    """
    return measure_model(models.official_size(), _QUICK_SECONDS if quick else _SECONDS)


def measure_model(model: BenchmarkModel, seconds: float) -> Rows:
    """Measure the network of a model, for some seconds with each number of segments."""
    script = (IMAGE_ENV / "bin" / "python", "-m", "benchmarks.transcribing.network_speed")
    command = (*script, model.folder, networks_of(model), str(seconds))
    print(f"{model.name}: the network alone …", flush=True)
    environment = openblas_environment(resource_usage.ENVIRONMENT, Path("/proc/cpuinfo").read_text())
    completed = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    rows: Rows = json.loads(completed.stdout)
    check_peak(rows)
    return rows


def openblas_environment(environment: Mapping[str, str], cpuinfo: str) -> dict[str, str]:
    """Copy `environment` with one thread for OpenBLAS and the best kernels that the processor can run.

    Args:
        environment: Its own settings of OpenBLAS are left out.
        cpuinfo: The text of /proc/cpuinfo.
    """
    variables = {name: value for name, value in environment.items() if not name.startswith("OPENBLAS_")}
    flags = {flag for line in cpuinfo.splitlines() if line.startswith("flags") for flag in line.split()}
    kernels = next((name for name, needed in _KERNELS.items() if needed <= flags), None)
    return {**variables, "OPENBLAS_NUM_THREADS": "1", **({"OPENBLAS_CORETYPE": kernels} if kernels else {})}


def check_peak(rows: Rows) -> None:
    """Refuse rows in which the network is faster than the core's peak.

    Raises:
        BenchmarkError: The matrix product that stands for the peak is not the fastest one.
    """
    for row in rows:
        if row["gigaflops"] > row["peak_gigaflops"]:
            raise BenchmarkError(
                f"The network reaches {row['gigaflops']:.0f} GFLOPS with {row['segments']} segments at a time, and the "
                f"core's peak was measured as {row['peak_gigaflops']:.0f} ({row['peak_product']}). "
                "Measure again on a quiet machine; if the error stays, benchmarks/transcribing/peak.py lacks a product."
            )


def report(rows: Rows, machine: Machine) -> str:
    """Show the rows as a table in Markdown."""
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
