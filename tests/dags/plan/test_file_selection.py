"""File selection: which files a run takes, and which it refuses."""

from __future__ import annotations

import pytest

from transcription.contract.manifest import Item, Refusal
from transcription.plan.file_selection import Selection, select_files
from transcription.shared.listed_object import ListedObject


def list_objects(*keys: str, size: int = 1000) -> list[ListedObject]:
    """Make the listing of a bucket with these keys."""
    return [ListedObject(key, f"etag-{key}", size) for key in keys]


def select(listed: list[ListedObject], max_bytes: int = 10_000, max_files: int | None = None) -> Selection:
    return select_files(listed, max_bytes, max_files)


def taken_keys(selection: Selection) -> list[str]:
    return [item.key for item in selection.items]


def refused_keys(selection: Selection) -> list[tuple[str, str]]:
    """Return the key of each refused file with the code of its error."""
    return [(refusal.item.key, refusal.failure.code) for refusal in selection.refused]


def test_only_audio_is_taken_and_everything_else_stays() -> None:
    """Regression: any object was taken; the folder marker of the S3 console started a job every night."""
    selection = select(list_objects("input/", "input/a.wav", "input/b/", "input/b/C.WAV", "input/notes.txt"))
    assert taken_keys(selection) == ["input/a.wav", "input/b/C.WAV"]
    assert (selection.refused, selection.waiting) == ([], 0)


def test_other_files_are_counted_and_the_first_are_named() -> None:
    names = ["input/", "input/.DS_Store", "input/a.mp3", "input/b/", *(f"input/{number}.pdf" for number in range(7))]
    selection = select(list_objects(*names), max_files=1)
    assert taken_keys(selection) == ["input/a.mp3"]
    assert selection.ignored.count == 8
    assert selection.ignored.first_keys == ["input/.DS_Store", *(f"input/{number}.pdf" for number in range(4))]
    assert str(selection.ignored).endswith("'input/3.pdf', …")


def test_only_the_endings_of_the_deployment_are_taken() -> None:
    selection = select_files(list_objects("input/a.mp3", "input/b.wav"), 10_000, endings=["mp3"])
    assert taken_keys(selection) == ["input/a.mp3"]
    assert selection.ignored.first_keys == ["input/b.wav"]


def test_files_of_the_same_name_in_two_folders_are_both_taken() -> None:
    """Regression: they became two identical lines of the manifest."""
    items = select(list_objects("input/x/a.wav", "input/y/a.wav")).items
    assert len({(item.number, item.key) for item in items}) == 2


@pytest.mark.parametrize(
    ("refused", "taken", "named"),
    [
        ("input/a.wav", "input/a.WAV", "'input/a.WAV'"),
        ("input/a.wav", "input/a.mp3", "'input/a.mp3'"),
        ("input/x/a.OGG", "input/x/a.FLAC", "'input/x/a.FLAC'"),
        ("input/a.vtt.m4a", "input/a.m4a", "'a.m4a'"),
        ("input/a.json.wav", "input/a.wav", "'a.wav'"),
        ("input/a.srt.wav", "input/a.wav", "'a.wav'"),
    ],
)
def test_a_transcript_never_overwrites_that_of_another_file(refused: str, taken: str, named: str) -> None:
    selection = select(list_objects(*sorted((refused, taken))))
    assert taken_keys(selection) == [taken]
    assert refused_keys(selection) == [(refused, "OUTPUT_CONFLICT")]
    assert named in selection.refused[0].failure.message


def test_a_nameless_file_is_refused_and_its_neighbours_go_on() -> None:
    selection = select(list_objects("input/.wav", "input/a.wav"))
    assert taken_keys(selection) == ["input/a.wav"]
    assert refused_keys(selection) == [("input/.wav", "NAME_INVALID")]


def test_a_file_that_no_container_has_room_for_is_refused_with_both_sizes() -> None:
    selection = select(list_objects("input/a.wav", size=3 * 2**20 + 1), max_bytes=3 * 2**20)
    assert refused_keys(selection) == [("input/a.wav", "AUDIO_TOO_LARGE")]
    message = select(list_objects("input/a.wav", size=5 * 2**30), max_bytes=2**32).refused[0].failure.message
    assert "5,120 MiB" in message
    assert "4,096 MiB" in message
    assert "max_file_megabytes" in message


def test_a_file_of_exactly_the_size_limit_is_taken() -> None:
    assert taken_keys(select(list_objects("input/a.wav", size=3 * 2**20), max_bytes=3 * 2**20)) == ["input/a.wav"]


def test_a_refused_file_does_not_reserve_the_key_of_its_transcript() -> None:
    large, small = list_objects("input/a.WAV", size=10_001)[0], list_objects("input/a.wav")[0]
    selection = select([large, small])
    assert taken_keys(selection) == ["input/a.wav"]
    assert refused_keys(selection) == [("input/a.WAV", "AUDIO_TOO_LARGE")]


def test_no_more_files_are_taken_than_asked_and_the_rest_is_counted() -> None:
    selection = select(list_objects("input/", "input/.wav", "input/a.wav", "input/b.wav", "input/c.wav"), max_files=2)
    assert taken_keys(selection) == ["input/a.wav"]
    assert refused_keys(selection) == [("input/.wav", "NAME_INVALID")]
    assert selection.waiting == 2


def archived(key: str, storage_class: str = "GLACIER") -> ListedObject:
    return ListedObject(key, f"etag-{key}", 1000, storage_class)


def test_an_archived_file_is_neither_taken_nor_refused_and_says_what_to_do() -> None:
    selection = select([archived("input/.wav"), archived("input/a.wav", "DEEP_ARCHIVE"), *list_objects("input/b.wav")])
    assert (taken_keys(selection), selection.refused, selection.waiting) == (["input/b.wav"], [], 0)
    assert [(refusal.item.key, refusal.failure.code) for refusal in selection.archived] == [
        ("input/.wav", "INPUT_ARCHIVED"),
        ("input/a.wav", "INPUT_ARCHIVED"),
    ]
    message = selection.archived[1].failure.message
    assert "'input/a.wav'" in message
    assert "DEEP_ARCHIVE" in message
    assert "Restore it first" in message


def test_an_archived_file_takes_no_place_and_no_transcript_of_another_file() -> None:
    """Otherwise a run with `max_files` would look at the same archived files every night, and never at the others."""
    listed = [archived("input/a.WAV"), archived("input/a0.wav"), *list_objects("input/a1.wav", "input/b.wav")]
    selection = select([*listed, *list_objects("input/c.wav")], max_files=2)
    assert taken_keys(selection) == ["input/a1.wav", "input/b.wav"]
    assert selection.waiting == 1
    assert taken_keys(select([archived("input/a.WAV"), *list_objects("input/a.wav")])) == ["input/a.wav"]


def test_archived_files_have_numbers_of_their_own() -> None:
    selection = select([archived("input/a.wav"), *list_objects("input/b.wav", "input/c/.wav"), archived("input/d.wav")])
    refusals = [*selection.refused, *selection.archived]
    numbers = [item.number for item in selection.items] + [refusal.item.number for refusal in refusals]
    assert sorted(numbers) == [0, 1, 2, 3]


def test_no_file_waits_if_max_files_is_not_exceeded() -> None:
    selection = select(list_objects("input/a.wav", "input/b.wav"), max_files=2)
    assert (len(selection.items), selection.waiting) == (2, 0)


def test_each_file_has_a_number_of_its_own() -> None:
    # A result record is stored under the number of its file.
    selection = select(list_objects("input/.wav", "input/a.WAV", "input/a.wav", "input/b.wav"))
    numbers = [item.number for item in selection.items] + [refusal.item.number for refusal in selection.refused]
    assert sorted(numbers) == [0, 1, 2, 3]


def test_a_refusal_is_written_down_with_its_reason() -> None:
    (refusal,) = select(list_objects("input/.wav")).refused
    assert refusal == Refusal(Item(0, "input/.wav", "etag-input/.wav", 1000), refusal.failure)
    assert "upload it again" in refusal.failure.message
