"""Planning: which files a run takes, which it refuses, and how they are shared out. Pure functions, no AWS."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from transcription.bucket import Found
from transcription.contract import keys
from transcription.contract.errors import InputError, OutputConflict
from transcription.contract.manifest import Failure, Item, Refusal


def select(found: Iterable[Found]) -> tuple[list[Item], list[Refusal]]:
    """Split what lies below `input/` into files to transcribe and files that no transcript can be written for.

    Whatever is not audio is passed over. Of two files that would write the same transcript (`a.wav` and `a.WAV`,
    or `a.wav` and `a.json.wav`) the first in S3's order is taken and the other one refused.
    """
    items: list[Item] = []
    refused: list[Refusal] = []
    owners: dict[str, str] = {}
    for number, each in enumerate(entry for entry in found if keys.is_audio(entry.key)):
        item = Item(number, each.key, each.etag, each.size)
        try:
            _claim(item.key, owners)
        except InputError as error:
            refused.append(Refusal(item, Failure(error.code, error.message)))
        else:
            items.append(item)
    return items, refused


def _claim(key: str, owners: dict[str, str]) -> None:
    outputs = keys.outputs(keys.name_of(key))
    for output in outputs:
        if output in owners:
            raise OutputConflict(
                f"{key!r} would write {output!r}, which belongs to {owners[output]!r}. "
                "Rename one of the two and upload it again."
            )
    owners.update(dict.fromkeys(outputs, key))


def share_out(items: Sequence[Item], bytes_per_child: int, max_children: int) -> list[tuple[Item, ...]]:
    """Share files out to as many children as their bytes of audio call for, never more children than files.

    The longest file goes first, each to the child with the least so far: Graham's LPT rule, at most 4/3 of the best
    possible finish (R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", 1969).

    Returns:
        One tuple per child, none empty, the longest file of each first.
    """
    total = sum(item.size for item in items)
    children = min(len(items), max_children, max(1, -(-total // bytes_per_child)))
    shards: list[list[Item]] = [[] for _ in range(children)]
    # The count breaks ties, so that files without bytes are spread too, and no child is left without any.
    loads = [(0, 0, index) for index in range(children)]
    for item in sorted(items, key=lambda item: -item.size):
        size, count, index = heapq.heappop(loads)
        shards[index].append(item)
        heapq.heappush(loads, (size + item.size, count + 1, index))
    return [tuple(shard) for shard in shards]
