"""File selection: which files a run takes, and which it refuses."""

from __future__ import annotations

import pytest

from transcription.contract.manifest import Item, Refusal
from transcription.plan.file_selection import Selection, select_files
from transcription.shared.bucket import ListedObject


def found(*names: str, size: int = 1000) -> list[ListedObject]:
    return [ListedObject(name, f"etag-{name}", size) for name in names]


def select(names: list[ListedObject], max_bytes: int = 10_000, max_files: int | None = None) -> Selection:
    return select_files(names, max_bytes, max_files)


def taken(selection: Selection) -> list[str]:
    return [item.key for item in selection.items]


def refused(selection: Selection) -> list[tuple[str, str]]:
    return [(each.item.key, each.failure.code) for each in selection.refused]


def test_only_audio_is_taken_and_everything_else_stays() -> None:
    """Anything used to be taken, and the console's folder marker alone started a job every night."""
    selection = select(found("input/", "input/a.wav", "input/b/", "input/b/C.WAV", "input/notes.txt"))
    assert taken(selection) == ["input/a.wav", "input/b/C.WAV"]
    assert (selection.refused, selection.waiting) == ([], 0)


def test_files_of_the_same_name_in_two_folders_are_both_taken() -> None:
    """They used to become two identical lines of the manifest."""
    items = select(found("input/x/a.wav", "input/y/a.wav")).items
    assert len({(item.number, item.key) for item in items}) == 2


@pytest.mark.parametrize(
    ("loser", "owner", "named"),
    [
        ("input/a.wav", "input/a.WAV", "'input/a.WAV'"),
        ("input/a.json.wav", "input/a.wav", "'a.wav'"),
        ("input/a.srt.wav", "input/a.wav", "'a.wav'"),
    ],
)
def test_a_transcript_never_overwrites_that_of_another_file(loser: str, owner: str, named: str) -> None:
    selection = select(found(*sorted((loser, owner))))
    assert taken(selection) == [owner]
    assert refused(selection) == [(loser, "OUTPUT_CONFLICT")]
    assert named in selection.refused[0].failure.message


def test_a_nameless_file_is_refused_and_its_neighbours_go_on() -> None:
    selection = select(found("input/.wav", "input/a.wav"))
    assert taken(selection) == ["input/a.wav"]
    assert refused(selection) == [("input/.wav", "NAME_INVALID")]


def test_a_file_that_no_container_has_room_for_is_refused_with_both_sizes() -> None:
    selection = select(found("input/a.wav", size=3 * 2**20 + 1), max_bytes=3 * 2**20)
    assert refused(selection) == [("input/a.wav", "AUDIO_TOO_LARGE")]
    message = select(found("input/a.wav", size=5 * 2**30), max_bytes=2**32).refused[0].failure.message
    assert "5,120 MiB" in message
    assert "4,096 MiB" in message
    assert "max_file_megabytes" in message


def test_a_file_of_just_that_size_is_taken() -> None:
    assert taken(select(found("input/a.wav", size=3 * 2**20), max_bytes=3 * 2**20)) == ["input/a.wav"]


def test_a_file_that_is_refused_keeps_no_other_one_from_its_transcript() -> None:
    large, small = found("input/a.WAV", size=10_001)[0], found("input/a.wav")[0]
    selection = select([large, small])
    assert taken(selection) == ["input/a.wav"]
    assert refused(selection) == [("input/a.WAV", "AUDIO_TOO_LARGE")]


def test_no_more_files_are_taken_than_asked_and_the_rest_is_counted() -> None:
    selection = select(found("input/", "input/.wav", "input/a.wav", "input/b.wav", "input/c.wav"), max_files=2)
    assert taken(selection) == ["input/a.wav"]
    assert refused(selection) == [("input/.wav", "NAME_INVALID")]
    assert selection.waiting == 2


def test_a_limit_that_is_not_reached_leaves_nothing_behind() -> None:
    selection = select(found("input/a.wav", "input/b.wav"), max_files=2)
    assert (len(selection.items), selection.waiting) == (2, 0)


def test_numbers_name_results_and_are_never_given_twice() -> None:
    selection = select(found("input/.wav", "input/a.WAV", "input/a.wav", "input/b.wav"))
    numbers = [each.number for each in selection.items] + [each.item.number for each in selection.refused]
    assert sorted(numbers) == [0, 1, 2, 3]


def test_a_refusal_is_written_down_with_its_reason() -> None:
    (refusal,) = select(found("input/.wav")).refused
    assert refusal == Refusal(Item(0, "input/.wav", "etag-input/.wav", 1000), refusal.failure)
    assert "upload it again" in refusal.failure.message
