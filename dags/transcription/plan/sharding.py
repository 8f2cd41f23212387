"""The division of files into shards for the children of an array job. This module makes no AWS calls."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from transcription.contract.audio_endings import pcm_bytes
from transcription.contract.manifest import Item
from transcription.shared.settings import Settings


def audio_bytes(item: Item) -> int:
    """Estimate how many bytes the audio of a file has as 16 kHz, mono, 16 bit: compressed files hold more per byte."""
    return pcm_bytes(item.key, item.size)


def make_shards(items: Sequence[Item], settings: Settings) -> list[tuple[Item, ...]]:
    """Divide files into shards with the limits of the deployment's settings.

    Returns:
        The files of each child, as `share_out` returns them.
    """
    return share_out(items, settings.bytes_per_child, settings.max_children, settings.parallel_children)


def share_out(items: Sequence[Item], bytes_per_child: int, max_children: int, parallel: int) -> list[tuple[Item, ...]]:
    """Divide files into shards so that all children finish at about the same time.

    The number of children follows from the bytes of audio. If the children cannot all run at once, their number is
    rounded up to a multiple of `parallel`, so that as many of them run at the end as before. There are never more
    children than files.

    Files are assigned by Graham's LPT rule: the largest first, each to the child with the fewest bytes so far. The last
    child needs at most 4/3 of the shortest possible time (R. L. Graham, "Bounds on Multiprocessing Timing Anomalies",
    1969).

    Args:
        items: the files.
        bytes_per_child: the bytes of audio that one child should get.
        max_children: the maximum number of children.
        parallel: the number of children that run at once.

    Returns:
        The files of each child, the largest file first. Each child has a file; without files, there is no child.
    """
    children = max(1, -(-sum(audio_bytes(item) for item in items) // bytes_per_child))
    if children > parallel:
        children = -(-children // parallel) * parallel
    children = min(children, len(items), max_children)
    shares: list[list[Item]] = [[] for _ in range(children)]
    # The count breaks ties, so that empty files are spread too and no child is left without a file.
    loads = [(0, 0, index) for index in range(children)]
    for item in sorted(items, key=lambda item: -audio_bytes(item)):
        size, count, index = heapq.heappop(loads)
        shares[index].append(item)
        heapq.heappush(loads, (size + audio_bytes(item), count + 1, index))
    return [tuple(share) for share in shares]
