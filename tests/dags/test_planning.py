"""Planning: which files a run takes, and how they are shared out."""

from itertools import pairwise

import pytest

from transcription.bucket import Found
from transcription.contract.manifest import Item
from transcription.planning import select, share_out


def found(*names: str) -> list[Found]:
    return [Found(name, f"etag-{name}", 1000) for name in names]


def test_only_audio_is_taken_and_everything_else_stays() -> None:
    """Anything used to be taken, and the console's folder marker alone started a job every night."""
    items, refused = select(found("input/", "input/a.wav", "input/b/", "input/b/C.WAV", "input/notes.txt"))
    assert [item.key for item in items] == ["input/a.wav", "input/b/C.WAV"]
    assert not refused


def test_files_of_the_same_name_in_two_folders_are_both_taken() -> None:
    """They used to become two identical lines of the manifest."""
    items, _ = select(found("input/x/a.wav", "input/y/a.wav"))
    assert len({(item.number, item.key) for item in items}) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [("input/a.WAV", "input/a.wav"), ("input/a.json.wav", "input/a.wav"), ("input/a.srt.wav", "input/a.wav")],
)
def test_a_transcript_never_overwrites_that_of_another_file(first: str, second: str) -> None:
    items, refused = select(found(first, second))
    assert [item.key for item in items] == [first]
    assert [(each.item.key, each.failure.code) for each in refused] == [(second, "OUTPUT_CONFLICT")]
    assert first in refused[0].failure.message


def test_a_nameless_file_is_refused_and_its_neighbours_go_on() -> None:
    items, refused = select(found("input/.wav", "input/a.wav"))
    assert [item.key for item in items] == ["input/a.wav"]
    assert refused[0].failure.code == "NAME_INVALID"


def items_of(*sizes: int) -> list[Item]:
    return [Item(number, f"input/{number}.wav", "e", size) for number, size in enumerate(sizes)]


def test_every_file_goes_to_exactly_one_child() -> None:
    items = items_of(*range(0, 5000, 7))
    shards = share_out(items, bytes_per_child=100_000, max_children=1000)
    assert sorted((item for shard in shards for item in shard), key=lambda item: item.number) == items


@pytest.mark.parametrize("sizes", [[5], [5, 5, 5], [0, 0, 0, 0], [10, 0, 0, 0], [10**9, 1, 1]])
def test_no_child_is_left_without_a_file(sizes: list[int]) -> None:
    """Empty children used to fail, and with them the whole array although all work was done."""
    shards = share_out(items_of(*sizes), bytes_per_child=1, max_children=10_000)
    assert len(shards) <= len(sizes)
    assert all(shards)


def test_the_number_of_children_follows_the_amount_of_audio() -> None:
    assert len(share_out(items_of(*[100] * 50), bytes_per_child=1000, max_children=10_000)) == 5
    assert len(share_out(items_of(*[100] * 50), bytes_per_child=10_000, max_children=10_000)) == 1
    assert len(share_out(items_of(*[100] * 50), bytes_per_child=100, max_children=7)) == 7


def test_children_get_equal_amounts_of_audio_longest_first() -> None:
    shards = share_out(items_of(*[900, 10, 10, 10, 300, 300, 300, 10]), bytes_per_child=920, max_children=100)
    loads = sorted(sum(item.size for item in shard) for shard in shards)
    assert loads == [920, 920]
    assert all(first.size >= second.size for shard in shards for first, second in pairwise(shard))


def test_no_audio_makes_no_children() -> None:
    assert share_out([], bytes_per_child=1, max_children=10) == []
