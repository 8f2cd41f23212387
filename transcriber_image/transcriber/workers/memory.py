"""The container's memory limit, and the memory that the batched engine's processes need. All sizes are in bytes."""

from __future__ import annotations

from pathlib import Path

from transcriber.engines.batched.batched_engine import SLOTS

#: Each file contains a number of bytes or `max`. The second belongs to version 1 of control groups.
#: Source: Linux, "Control Group v2", memory.max.
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_MEMINFO = Path("/proc/meminfo")

#: Measured sizes, each with Python, numpy, onnxruntime and TensorFlow's code.
#: The container's first process, with its threads, its open files and the results that it collects.
_FIRST_PROCESS = 150 * 2**20
#: The libdeepspeech process that the batched engine is compared with, without its model, which is mapped.
_COMPARISON_PROCESS = 70 * 2**20
#: A process of the batched engine, without its network and its slots.
_ENGINE_PROCESS = 100 * 2**20
#: A slot of the batched engine: a segment of 15 s with its features, probabilities and candidates.
_SLOT = 2 * 2**20


def memory_limit() -> int:
    """Return the memory that this container may use: its limit or the machine's memory, whichever is less."""
    total = next(
        int(line.split()[1]) * 1024 for line in _MEMINFO.read_text().splitlines() if line.startswith("MemTotal:")
    )
    for path in _LIMITS:
        try:
            return min(total, int(path.read_text()))
        except (OSError, ValueError):  # the other version of control groups, or no limit
            continue
    return total


def needed_memory(network: int, processes: int) -> int:
    """Return the memory that `processes` processes of the batched engine need, for a network of `network` bytes.

    Each process has its own copy of the weights, in the order of their use. The scorer does not count, because it is
    mapped into memory: the processes share its pages, and the kernel can drop them.
    """
    return _FIRST_PROCESS + _COMPARISON_PROCESS + processes * (network + _ENGINE_PROCESS + SLOTS * _SLOT)


def count_processes_that_fit(network: int, wanted: int) -> int:
    """Return how many processes of the batched engine fit into the memory limit, from 0 to `wanted`.

    Args:
        network: the size of the network, in bytes.
        wanted: the maximum number of processes.
    """
    limit = memory_limit()
    return next((count for count in range(wanted, 0, -1) if needed_memory(network, count) <= limit), 0)
