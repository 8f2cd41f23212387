"""Existing transcripts: audio is not transcribed twice, and counts as done only with a valid transcript."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import pytest

from tests.support.dags.bucket_objects import make_plan, upload
from tests.support.dags.container_transcripts import Container
from tests.support.standin.standin_server import LocalAws
from transcription.contract.errors import StorageDenied
from transcription.contract.manifest import Item
from transcription.contract.result import Audio
from transcription.plan import existing_transcripts
from transcription.plan.existing_transcripts import ExistingTranscript
from transcription.shared.bucket import Bucket

KEY = "input/x/a b#1.wav"


@pytest.fixture
def transcribe(bucket: Bucket, container: Container) -> Callable[..., None]:
    """What an earlier run left of files in `output/`."""

    def transcribe(*items: Item, recipe: str = "recipe", like: str = "speech") -> None:
        for item in items:
            container.transcribe(bucket, make_plan([items], recipe=recipe), item, like)

    return transcribe


def find(bucket: Bucket, items: Sequence[Item], recipe: str = "recipe") -> list[ExistingTranscript]:
    return sorted(existing_transcripts.find_transcripts(bucket, items, recipe), key=lambda each: each.item.number)


def test_the_same_audio_again_is_done_already(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    """That is every file, each night, where a folder is synchronised."""
    item = upload(bucket, KEY)
    transcribe(item)
    (found,) = find(bucket, [item])
    assert (found.item, found.source_key, found.is_current) == (item, KEY, True)
    assert (found.words, found.audio.sample_rate, found.audio.encoding) == (3, 16_000, "PCM_16")
    assert found.confidence is not None
    assert 0 < found.confidence <= 1


def test_unsure_words_of_an_earlier_transcript_are_known_where_it_counted_them(
    bucket: Bucket, transcribe: Callable[..., None]
) -> None:
    item = upload(bucket, KEY)
    transcribe(item)
    document = json.loads(bucket.read("output/x/a b#1.json") or b"")
    for counted, unsure in (({"unsure_words": 2}, 2), ({}, 0)):
        document = {name: value for name, value in document.items() if name != "unsure_words"} | counted
        upload(bucket, "output/x/a b#1.json", json.dumps(document).encode())
        assert find(bucket, [item])[0].unsure_words == unsure


def test_silence_is_done_already_too(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    item = upload(bucket, KEY)
    transcribe(item, like="silence")
    (found,) = find(bucket, [item])
    assert (found.is_current, found.words, found.confidence) == (True, 0, None)
    assert found.audio == Audio(1.0, 16_000, 1, "PCM_16")


def test_a_number_in_another_manifest_does_not_make_it_another_file(
    bucket: Bucket, transcribe: Callable[..., None]
) -> None:
    transcribe(upload(bucket, KEY))
    assert find(bucket, [upload(bucket, KEY, number=5)])[0].is_current


def test_other_audio_under_the_same_name_is_not_done(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    transcribe(upload(bucket, KEY))
    (found,) = find(bucket, [upload(bucket, KEY, b"other")])
    assert (found.source_key, found.is_current) == (KEY, False)


def test_another_recipe_is_not_done(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    item = upload(bucket, KEY)
    transcribe(item)
    assert not find(bucket, [item], recipe="another")[0].is_current


def test_the_transcript_of_another_file_names_its_owner(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    transcribe(upload(bucket, "input/a.wav"))
    (found,) = find(bucket, [upload(bucket, "input/a.WAV")])
    assert (found.source_key, found.is_current) == ("input/a.wav", False)


@pytest.mark.parametrize("key", ["output/x/a b#1", "output/x/a b#1.json"])
def test_a_transcript_of_which_a_part_is_gone_is_none(
    bucket: Bucket, transcribe: Callable[..., None], key: str
) -> None:
    item = upload(bucket, KEY)
    transcribe(item)
    bucket.client.delete_object(Bucket=bucket.name, Key=key)
    assert find(bucket, [item]) == []


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("output/x/a b#1", b"seven one\n"),
        ("output/x/a b#1.json", b"{"),
        ("output/x/a b#1.json", b"{}"),
        ("output/x/a b#1.json", json.dumps({"text": "seven one three"}).encode()),
    ],
)
def test_a_damaged_transcript_is_none(bucket: Bucket, transcribe: Callable[..., None], key: str, data: bytes) -> None:
    item = upload(bucket, KEY)
    transcribe(item)
    upload(bucket, key, data)
    assert find(bucket, [item]) == []


@pytest.mark.parametrize("change", [{"text": "\ud800"}, {"audio": {"sample_rate": 16_000.0}}])
def test_a_transcript_that_somebody_wrote_by_hand_does_not_stop_the_night(
    bucket: Bucket, transcribe: Callable[..., None], change: dict[str, Any]
) -> None:
    """The plan of each night was red until somebody found the file."""
    item = upload(bucket, KEY)
    transcribe(item)
    document = json.loads(bucket.read("output/x/a b#1.json") or b"")
    for name, value in change.items():
        document[name] = {**document[name], **value} if isinstance(value, dict) else value
    upload(bucket, "output/x/a b#1.json", json.dumps(document).encode())
    find(bucket, [item])


def test_new_names_cost_one_listing_for_each_thousand_and_nothing_else(bucket: Bucket, aws: LocalAws) -> None:
    items = [Item(number, f"input/{number:05d}.wav", "etag", 1) for number in range(2_001)]
    assert find(bucket, items) == []
    assert aws.control("GET", "/_calls") == {"s3": {"LIST output/": 3}}


def test_no_files_cost_nothing(bucket: Bucket, aws: LocalAws) -> None:
    assert find(bucket, []) == []
    assert aws.control("GET", "/_calls") == {}


def test_names_that_a_listing_does_not_reach_are_looked_at_one_by_one(aws: LocalAws, crowded: str) -> None:
    keys = ["input/a.wav", "input/n0990.5.wav", "input/n0999.5.wav", "input/z.wav"]
    items = [Item(number, key, "etag", 1) for number, key in enumerate(keys)]
    assert find(Bucket(crowded), items) == []
    # The page shows output/n0000 to output/n0999 and is cut off there; the last two may lie behind it.
    assert aws.control("GET", "/_calls") == {"s3": {"LIST output/": 1, "GET output/": 2}}


def test_a_transcript_behind_the_first_page_is_found(aws: LocalAws, crowded: str, container: Container) -> None:
    bucket = Bucket(crowded)
    first, last = (Item(number, f"input/{name}.wav", "etag", 1) for number, name in enumerate(("a", "z")))
    try:
        container.transcribe(bucket, make_plan([(last,)]), last)
        assert [each.item for each in find(bucket, [first, last])] == [last]
    finally:
        bucket.client.delete_objects(
            Bucket=crowded,
            Delete={"Objects": [{"Key": found.key} for found in bucket.list("") if found.key > "output/o"]},
        )


TRICKY = ("a", "a b", "a.part1", "a-b", "a.b", "a.wav", "a.x", "a/b", "ab", "A", "ä", "a.z\U0001f600")


def test_a_transcript_is_found_whatever_its_neighbours_are_called(
    bucket: Bucket, transcribe: Callable[..., None]
) -> None:
    """Text and JSON, and names with and without `.wav`, are not in the same order."""
    listed = sorted((f"input/{name}.wav" for name in TRICKY), key=str.encode)
    items = [Item(number, key, f"etag {key}", 1) for number, key in enumerate(listed)]
    transcribe(*items)
    for chunk in combinations(items, 2):
        assert [each.item for each in find(bucket, chunk)] == list(chunk)


def test_denied_access_is_not_taken_for_new_audio(bucket: Bucket, aws: LocalAws) -> None:
    aws.order(kind="deny", methods=["LIST"], prefix="output/")
    with pytest.raises(StorageDenied, match="AccessDenied"):
        find(bucket, [Item(0, KEY, "etag", 1)])
