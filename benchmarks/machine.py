"""The machine on which benchmarks run."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """A machine as the tables name it, such as "2 cores of AMD EPYC"."""

    description: str
    cores: int


def this_machine(cpuinfo: str | None = None) -> Machine:
    """Describe the machine that this process runs on, with the cores that it may use.

    Args:
        cpuinfo: The text of /proc/cpuinfo, instead of this machine's.
    """
    lines = (cpuinfo or Path("/proc/cpuinfo").read_text()).splitlines()
    fields = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    vectors = " with AVX-512" if "avx512f" in fields.get("flags", "").split() else ""
    cores = len(os.sched_getaffinity(0))
    return Machine(f"{cores} cores of {fields.get('model name', platform.machine())}{vectors}", cores)
