"""What a contestant takes: time on the clock, time of processors, memory."""

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
from benchmarks.transcribing.contestants import Command
from benchmarks.transcribing.memory import PeakMemory
from local.paths import ROOT

#: Of every contestant.
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / each) for each in ("dags", "transcriber_image"))}

#: Source: Linux, `prctl.h`.
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Usage:
    """Of whole processes, from their start to their end, with all that they started."""

    seconds: float
    cpu_seconds: float
    #: See `PeakMemory`; of several commands the one that took the most.
    megabytes: float


def measure(commands: Sequence[Command], files: int) -> Usage:
    """Run the commands one after another.

    Raises:
        BenchmarkError: one failed, or they did not print one line for each file.
    """
    usage, lines = observe(commands)
    if lines != files:
        raise BenchmarkError(f"{lines} lines for {files} files came out of: {_shown(commands[0])}")
    return usage


def observe(commands: Sequence[Command], environment: Mapping[str, str] = MappingProxyType({})) -> tuple[Usage, int]:
    """Run the commands one after another, with more variables in their environment.

    Returns:
        What they took, and how many lines they printed.

    Raises:
        BenchmarkError: one failed.
    """
    cpu_before = _cpu_seconds()
    begun = time.monotonic()
    peaks, lines = zip(*(_run(each, environment) for each in commands), strict=True)
    seconds = time.monotonic() - begun
    return Usage(seconds, _cpu_seconds() - cpu_before, max(peaks)), sum(lines)


def _run(command: Command, environment: Mapping[str, str]) -> tuple[float, int]:
    """The peak memory and how many lines were printed."""
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
            said = errors.read().decode(errors="replace")[-2000:]
            raise BenchmarkError(f"Exit code {process.returncode} of: {_shown(command)}\n{said}")
        return memory.megabytes, len(output.readlines())


def _adopt_orphans() -> None:
    """Become the parent of what outlives its own parent: else nobody could say how much time it took."""
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1):
        raise BenchmarkError("The kernel does not let this process adopt orphans.")


def _children() -> set[int]:
    return {each.pid for each in psutil.Process().children()}


def _cpu_seconds() -> float:
    """Of all processes that this one has started and seen end, theirs included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _shown(command: Command) -> str:
    return " ".join(map(str, command))[:500]
