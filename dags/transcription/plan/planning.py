"""Planning: which files a run takes, which it refuses, and how they are shared out. Pure functions, no AWS."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from transcription.contract import keys
from transcription.contract.errors import AudioTooLarge, InputError, OutputConflict
from transcription.contract.manifest import Failure, Item, Refusal
from transcription.shared.bucket import Found
from transcription.shared.settings import Settings


@dataclass(frozen=True)
class Selection:
    """What lies below `input/`, sorted."""

    items: list[Item]
    refused: list[Refusal]
    #: How many files this run may not take any more.
    waiting: int = 0


def select(found: Iterable[Found], max_bytes: int, max_files: int | None = None) -> Selection:
    """Take the files to transcribe, refuse those for which no transcript can be written.

    Whatever is not audio is passed over. Of two files that would write the same transcript (`a.wav` and `a.WAV`) the
    first in S3's order is taken and the other one refused. The first `max_files` are taken or refused, the rest waits.
    """
    selection = Selection([], [])
    owners: dict[str, str] = {}
    number = -1
    for number, each in enumerate(entry for entry in found if keys.is_audio(entry.key)):
        if max_files is not None and number >= max_files:
            continue
        item = Item(number, each.key, each.etag, each.size)
        try:
            _check(item, max_bytes, owners)
        except InputError as error:
            selection.refused.append(refuse(item, error))
        else:
            selection.items.append(item)
    waiting = number + 1 - len(selection.items) - len(selection.refused)
    return Selection(selection.items, selection.refused, waiting)


def _check(item: Item, max_bytes: int, owners: dict[str, str]) -> None:
    name = keys.name_of(item.key)
    if item.size > max_bytes:
        raise AudioTooLarge(
            f"{item.key!r} has {item.size / 2**20:,.0f} MiB; this deployment takes files of up to "
            f"{max_bytes / 2**20:,.0f} MiB. Cut it into parts, or raise [transcription] max_file_megabytes."
        )
    owner = owners.setdefault(name, item.key)
    if owner != item.key:
        raise conflict(item, owner)


def conflict(item: Item, owner: str) -> OutputConflict:
    """The reason to refuse a file whose transcript would overwrite that of `owner`, another key below `input/`."""
    return OutputConflict(
        f"{item.key!r} would write {keys.transcript(keys.name_of(item.key))!r}, which belongs to {owner!r}. "
        "Rename one of the two and upload it again."
    )


def refuse(item: Item, error: InputError) -> Refusal:
    """The record of a file that is not given to any child."""
    return Refusal(item, Failure(error.code, error.message))


def shards(items: Sequence[Item], settings: Settings) -> list[tuple[Item, ...]]:
    """What each child gets of these files, as the deployment's settings have it."""
    return share_out(items, settings.bytes_per_child, settings.max_children, settings.parallel_children)


def share_out(items: Sequence[Item], bytes_per_child: int, max_children: int, parallel: int) -> list[tuple[Item, ...]]:
    """Share files out to as many children as their bytes of audio call for, never more children than files.

    More than `parallel` children run in waves; they are rounded up to whole waves, so that the last is no smaller.

    The longest file goes first, each to the child with the least so far: Graham's LPT rule, at most 4/3 of the best
    possible finish (R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", 1969).

    Returns:
        One tuple per child, none empty, the longest file of each first.
    """
    children = max(1, -(-sum(item.size for item in items) // bytes_per_child))
    if children > parallel:
        children = -(-children // parallel) * parallel
    children = min(children, len(items), max_children)
    shares: list[list[Item]] = [[] for _ in range(children)]
    # The count breaks ties, so that files without bytes are spread too, and no child is left without any.
    loads = [(0, 0, index) for index in range(children)]
    for item in sorted(items, key=lambda item: -item.size):
        size, count, index = heapq.heappop(loads)
        shares[index].append(item)
        heapq.heappush(loads, (size + item.size, count + 1, index))
    return [tuple(share) for share in shares]
