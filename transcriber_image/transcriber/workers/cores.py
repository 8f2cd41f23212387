"""The number of processor cores that this process may use."""

from __future__ import annotations

import os
from pathlib import Path

#: Contains `QUOTA PERIOD`, both in microseconds, or `max PERIOD`. Source: Linux, "Control Group v2", cpu.max.
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def count_cores() -> int:
    """Return the number of usable cores: those in this process's CPU affinity, but no more than the container's quota.

    A Batch job on EC2 has neither limit, because it shares the cores of the machine by weight. It needs its number of
    vCPUs as an argument (`--processes`).
    """
    cores = len(os.sched_getaffinity(0))
    try:
        quota, period = _QUOTA.read_text().split()
        return max(1, min(cores, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no quota, or no container with version 2 of control groups
        return cores
