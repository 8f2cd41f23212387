"""Measure commands: elapsed time, processor time and memory."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import psutil  # type: ignore[import-untyped]

from benchmarks.errors import BenchmarkError
from benchmarks.transcribing.commands import Command
from benchmarks.transcribing.peak_memory import PeakMemory
from local.paths import ROOT

#: The environment of every command.
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in ("dags", "transcriber_image")),
}

#: Source: Linux, `prctl.h`.
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class ResourceUsage:
    """What processes and all that they started used, from their start to their end."""

    seconds: float
    cpu_seconds: float
    #: See `PeakMemory`. Of several commands, the largest peak.
    megabytes: float


def measure_transcription(commands: Sequence[Command], files: int) -> ResourceUsage:
    """Run commands one after another that print a line for each file.

    Raises:
        BenchmarkError: A command failed, or the number of printed lines differs from the number of files.
    """
    usage, lines = measure(commands)
    if lines != files:
        raise BenchmarkError(f"{lines} lines for {files} files came out of: {_shown(commands[0])}")
    return usage


def measure(
    commands: Sequence[Command], environment: Mapping[str, str] = MappingProxyType({})
) -> tuple[ResourceUsage, int]:
    """Run commands one after another.

    Args:
        commands: What to run.
        environment: Variables in addition to `ENVIRONMENT`.

    Returns:
        What they used, and how many lines they printed.

    Raises:
        BenchmarkError: A command failed.
    """
    cpu_before = _cpu_seconds()
    begun = time.monotonic()
    peaks, lines = zip(*(_run(command, environment) for command in commands), strict=True)
    seconds = time.monotonic() - begun
    return ResourceUsage(seconds, _cpu_seconds() - cpu_before, max(peaks)), sum(lines)


def _run(command: Command, environment: Mapping[str, str]) -> tuple[float, int]:
    """Run a command; return its peak memory in MB and the number of lines that it printed."""
    _adopt_orphans()
    before = _children()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        variables = {**ENVIRONMENT, **environment}
        with (
            subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=errors) as process,
            PeakMemory(process.pid) as memory,
        ):
            process.wait()
            for orphan in _children() - before:
                os.waitpid(orphan, 0)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            printed = errors.read().decode(errors="replace")[-2000:]
            raise BenchmarkError(f"Exit code {process.returncode} of: {_shown(command)}\n{printed}")
        return memory.megabytes, len(output.readlines())


def _adopt_orphans() -> None:
    """Become the parent of processes that outlive their own parent, because only a parent learns their time."""
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1):
        raise BenchmarkError("The kernel does not let this process adopt orphans.")


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def _cpu_seconds() -> float:
    """Processor time of all descendants of this process that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _shown(command: Command) -> str:
    return " ".join(map(str, command))[:500]
