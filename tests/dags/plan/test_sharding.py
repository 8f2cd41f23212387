"""Sharding: how files are distributed over the children of a job."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from transcription.contract.manifest import Item
from transcription.plan import sharding


def make_items(*sizes: int) -> list[Item]:
    return [Item(number, f"input/{number}.wav", "e", size) for number, size in enumerate(sizes)]


def share_out(sizes: list[int], **limits: Any) -> list[tuple[Item, ...]]:
    arguments = {"bytes_per_child": 1000, "max_children": 10_000, "parallel": 10_000, **limits}
    return sharding.share_out(make_items(*sizes), **arguments)


def test_every_file_goes_to_exactly_one_child() -> None:
    sizes = list(range(0, 5000, 7))
    shards = share_out(sizes, bytes_per_child=100_000, parallel=4)
    assert sorted((item for shard in shards for item in shard), key=lambda item: item.number) == make_items(*sizes)


@pytest.mark.parametrize("sizes", [[5], [5, 5, 5], [0, 0, 0, 0], [10, 0, 0, 0], [10**9, 1, 1]])
def test_no_child_is_left_without_a_file(sizes: list[int]) -> None:
    """Regression: a child without files failed, and so did the array job, although all files were transcribed."""
    shards = share_out(sizes, bytes_per_child=1, parallel=2)
    assert len(shards) <= len(sizes)
    assert all(shards)


def test_the_number_of_children_follows_the_amount_of_audio() -> None:
    """Regression: the number was a constant."""
    assert len(share_out([100] * 50, bytes_per_child=1000)) == 5
    assert len(share_out([100] * 50, bytes_per_child=10_000)) == 1
    assert len(share_out([100] * 50, bytes_per_child=999)) == 6


def test_there_are_never_more_children_than_allowed() -> None:
    assert len(share_out([100] * 50, bytes_per_child=100, max_children=7)) == 7
    assert len(share_out([100] * 50, bytes_per_child=100, max_children=7, parallel=4)) == 7


@pytest.mark.parametrize(("least_children", "children"), [(4, 4), (5, 8), (8, 8), (9, 12)])
def test_more_children_than_run_at_once_fill_whole_waves(least_children: int, children: int) -> None:
    """Regression: of five children the fifth ran alone after the other four, so the job took twice as long."""
    shards = share_out([100] * least_children * 10, bytes_per_child=1000, parallel=4)
    assert len(shards) == children


def test_children_get_equal_amounts_of_audio_longest_first() -> None:
    """Regression: children got equal numbers of files, not equal amounts of audio."""
    shards = share_out([900, 10, 10, 10, 300, 300, 300, 10], bytes_per_child=920)
    assert [sum(item.size for item in shard) for shard in shards] == [920, 920]
    assert all(first.size >= second.size for shard in shards for first, second in pairwise(shard))


def test_no_audio_makes_no_children() -> None:
    assert share_out([]) == []
