"""The machine on which benchmarks run."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """A machine that runs benchmarks."""

    #: The name that the tables show, such as "2 cores of AMD EPYC".
    description: str
    #: The number of cores that the benchmarks may use.
    cores: int


def this_machine(cpuinfo: str | None = None) -> Machine:
    """Return the description of this machine, and the number of cores that this process may use.

    Args:
        cpuinfo: A text in the format of /proc/cpuinfo. Without it, the function reads /proc/cpuinfo.
    """
    lines = (cpuinfo or Path("/proc/cpuinfo").read_text()).splitlines()
    fields = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    vectors = " with AVX-512" if "avx512f" in fields.get("flags", "").split() else ""
    cores = len(os.sched_getaffinity(0))
    return Machine(f"{cores} cores of {fields.get('model name', platform.machine())}{vectors}", cores)
