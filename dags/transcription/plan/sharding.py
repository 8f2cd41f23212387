"""Share files out to the children of an array job. Makes no AWS calls."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from transcription.contract.manifest import Item
from transcription.shared.settings import Settings


def make_shards(items: Sequence[Item], settings: Settings) -> list[tuple[Item, ...]]:
    """Share files out with the limits of the deployment's settings; see `share_out`."""
    return share_out(items, settings.bytes_per_child, settings.max_children, settings.parallel_children)


def share_out(items: Sequence[Item], bytes_per_child: int, max_children: int, parallel: int) -> list[tuple[Item, ...]]:
    """Share files out so that all children finish at about the same time.

    The number of children follows from the bytes of audio. If they do not all run at once, it is rounded up to whole
    waves, so that the last wave is not smaller. There are never more children than files.

    Files are assigned by Graham's LPT rule: the longest first, each to the child with the least so far. The finish is
    at most 4/3 of the best possible (R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", 1969).

    Args:
        items: the files.
        bytes_per_child: audio that one child should take.
        max_children: limit of the array job.
        parallel: number of children that run at once.

    Returns:
        One tuple per child, none empty, the longest file of each first.
    """
    children = max(1, -(-sum(item.size for item in items) // bytes_per_child))
    if children > parallel:
        children = -(-children // parallel) * parallel
    children = min(children, len(items), max_children)
    shares: list[list[Item]] = [[] for _ in range(children)]
    # The count breaks ties, so that empty files are spread too and no child is left without a file.
    loads = [(0, 0, index) for index in range(children)]
    for item in sorted(items, key=lambda item: -item.size):
        size, count, index = heapq.heappop(loads)
        shares[index].append(item)
        heapq.heappush(loads, (size + item.size, count + 1, index))
    return [tuple(share) for share in shares]
