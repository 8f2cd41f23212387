"""How many processor cores there are for this process."""

from __future__ import annotations

import os
from pathlib import Path

#: `QUOTA PERIOD`, both in microseconds, or `max PERIOD`. Source: Linux, "Control Group v2", cpu.max.
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def count_cores() -> int:
    """The cores that this process may run on, or as many as its container's quota comes to, whichever is less.

    A Batch job on EC2 has neither: it shares its host's cores by weight, and has to be told how many vCPUs are its own.
    """
    cores = len(os.sched_getaffinity(0))
    try:
        quota, period = _QUOTA.read_text().split()
        return max(1, min(cores, round(int(quota) / int(period))))
    except (OSError, ValueError):  # another kind of container or none, or no quota
        return cores
