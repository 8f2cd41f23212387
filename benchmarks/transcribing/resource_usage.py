"""Measurement of commands: elapsed time, processor time and memory."""

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
    """What commands and the processes that they started used, from the first start to the last end."""

    #: The elapsed time.
    seconds: float
    #: The processor time.
    cpu_seconds: float
    #: The peak memory, as `PeakMemory` measures it. Of several commands, this is the largest peak.
    megabytes: float


def measure_transcription(commands: Sequence[Command], files: int) -> ResourceUsage:
    """Run commands that print a line for each file, one after another, and return what they used.

    Args:
        commands: The commands, at least one.
        files: The number of files that the commands transcribe.

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
    """Run commands one after another, and measure them.

    Args:
        commands: The commands, at least one.
        environment: Variables in addition to `ENVIRONMENT`.

    Returns:
        What the commands used, and the number of lines that they printed.

    Raises:
        BenchmarkError: A command failed.
    """
    cpu_before = _cpu_seconds()
    begun = time.monotonic()
    peaks, lines = zip(*(_run(command, environment) for command in commands), strict=True)
    seconds = time.monotonic() - begun
    return ResourceUsage(seconds, _cpu_seconds() - cpu_before, max(peaks)), sum(lines)


def _run(command: Command, environment: Mapping[str, str]) -> tuple[float, int]:
    """Run a command, and return its peak memory in MB and the number of lines that it printed.

    Raises:
        BenchmarkError: The command failed.
    """
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
    """Make this process the parent of descendants that outlive their own parent.

    Only the parent of a process learns how much processor time the process used.

    Raises:
        BenchmarkError: The kernel refuses.
    """
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1):
        raise BenchmarkError("The kernel does not let this process adopt orphans.")


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def _cpu_seconds() -> float:
    """Return the processor time of all descendants of this process that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _shown(command: Command) -> str:
    return " ".join(map(str, command))[:500]
