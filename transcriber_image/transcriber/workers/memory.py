"""How much memory there is for this container, and what an engine's processes take of it."""

from __future__ import annotations

from pathlib import Path

from transcriber.engines.batched.batched_engine import SLOTS

#: Bytes, or `max`. Source: Linux, "Control Group v2", memory.max; the second one is that of version 1.
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_MEMINFO = Path("/proc/meminfo")

#: In bytes, measured: the container's first process with its threads, files under way and answers; what libdeepspeech's
#: process holds beside its model, which is mapped, while it proves the others; and a process of the batched engine
#: beside its network. Python, numpy, onnxruntime and TensorFlow's code are in all of them.
_FIRST_PROCESS = 150 * 2**20
_PROOF = 70 * 2**20
_PROCESS = 100 * 2**20
#: And for each slot: a segment of 15 s with its features, what the network says of it, and its candidates.
_SLOT = 2 * 2**20


def limit() -> int:
    """What this container may use, in bytes: its own limit or all that the machine has, whichever is less."""
    most = next(
        int(line.split()[1]) * 1024 for line in _MEMINFO.read_text().splitlines() if line.startswith("MemTotal:")
    )
    for each in _LIMITS:
        try:
            return min(most, int(each.read_text()))
        except (OSError, ValueError):  # the other version, or no limit
            continue
    return most


def needed(network: int, processes: int) -> int:
    """What the batched engine takes in so many processes, in bytes, with a network whose weights have that many.

    Each process has them once, put in the order in which they are used. A scorer is mapped: its pages are shared, and
    the kernel takes them back when memory ends.
    """
    return _FIRST_PROCESS + _PROOF + processes * (network + _PROCESS + SLOTS * _SLOT)


def processes_for(network: int, wanted: int) -> int:
    """How many processes there is room for, at most `wanted`; may be none."""
    there = limit()
    return next((count for count in range(wanted, 0, -1) if needed(network, count) <= there), 0)
