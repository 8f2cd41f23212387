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
    """A function that writes transcripts of items to `output/`, as an earlier run did."""

    def transcribe(*items: Item, recipe: str = "recipe", like: str = "speech") -> None:
        for item in items:
            container.transcribe(bucket, make_plan([items], recipe=recipe), item, like)

    return transcribe


def find(bucket: Bucket, items: Sequence[Item], recipe: str = "recipe") -> list[ExistingTranscript]:
    return sorted(
        existing_transcripts.find_transcripts(bucket, items, recipe), key=lambda transcript: transcript.item.number
    )


def test_the_same_audio_again_is_done_already(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    """Each run sees all files again if people synchronise a folder with the bucket."""
    item = upload(bucket, KEY)
    transcribe(item)
    (transcript,) = find(bucket, [item])
    assert (transcript.item, transcript.source_key, transcript.is_current) == (item, KEY, True)
    assert (transcript.words, transcript.audio.sample_rate, transcript.audio.encoding) == (3, 16_000, "PCM_16")
    assert transcript.confidence is not None
    assert 0 < transcript.confidence <= 1


def test_the_number_of_unsure_words_comes_from_the_transcript_and_is_zero_without_it(
    bucket: Bucket, transcribe: Callable[..., None]
) -> None:
    item = upload(bucket, KEY)
    transcribe(item)
    document = json.loads(bucket.read("output/x/a b#1.json") or b"")
    del document["unsure_words"]
    for field, unsure_words in (({"unsure_words": 2}, 2), ({}, 0)):
        upload(bucket, "output/x/a b#1.json", json.dumps(document | field).encode())
        assert find(bucket, [item])[0].unsure_words == unsure_words


def test_silence_is_done_already_too(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    item = upload(bucket, KEY)
    transcribe(item, like="silence")
    (transcript,) = find(bucket, [item])
    assert (transcript.is_current, transcript.words, transcript.confidence) == (True, 0, None)
    assert transcript.audio == Audio(1.0, 16_000, 1, "PCM_16", channel_use="mono")


def test_a_file_with_another_number_in_its_manifest_is_the_same_file(
    bucket: Bucket, transcribe: Callable[..., None]
) -> None:
    transcribe(upload(bucket, KEY))
    assert find(bucket, [upload(bucket, KEY, number=5)])[0].is_current


def test_other_audio_under_the_same_name_is_not_done(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    transcribe(upload(bucket, KEY))
    (transcript,) = find(bucket, [upload(bucket, KEY, b"other")])
    assert (transcript.source_key, transcript.is_current) == (KEY, False)


def test_a_transcript_of_another_recipe_is_not_current(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    item = upload(bucket, KEY)
    transcribe(item)
    assert not find(bucket, [item], recipe="another")[0].is_current


def test_the_transcript_of_another_file_names_its_owner(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    transcribe(upload(bucket, "input/a.wav"))
    (transcript,) = find(bucket, [upload(bucket, "input/a.WAV")])
    assert (transcript.source_key, transcript.is_current) == ("input/a.wav", False)


@pytest.mark.parametrize("key", ["output/x/a b#1", "output/x/a b#1.json"])
def test_a_transcript_whose_text_or_json_is_missing_is_not_found(
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
def test_a_damaged_transcript_is_not_found(
    bucket: Bucket, transcribe: Callable[..., None], key: str, data: bytes
) -> None:
    item = upload(bucket, KEY)
    transcribe(item)
    upload(bucket, key, data)
    assert find(bucket, [item]) == []


@pytest.mark.parametrize("change", [{"text": "\ud800"}, {"audio": {"sample_rate": 16_000.0}}])
def test_a_transcript_that_was_edited_by_hand_does_not_raise(
    bucket: Bucket, transcribe: Callable[..., None], change: dict[str, Any]
) -> None:
    """Regression: the task `plan` of every run failed until somebody deleted the file."""
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
    # The page ends with output/n0999; the transcripts of the last two items would come after that key.
    assert aws.control("GET", "/_calls") == {"s3": {"LIST output/": 1, "GET output/": 2}}


def test_a_transcript_behind_the_first_page_is_found(aws: LocalAws, crowded: str, container: Container) -> None:
    bucket = Bucket(crowded)
    first, last = (Item(number, f"input/{name}.wav", "etag", 1) for number, name in enumerate(("a", "z")))
    try:
        container.transcribe(bucket, make_plan([(last,)]), last)
        assert [transcript.item for transcript in find(bucket, [first, last])] == [last]
    finally:
        bucket.client.delete_objects(
            Bucket=crowded,
            Delete={"Objects": [{"Key": entry.key} for entry in bucket.list("") if entry.key > "output/o"]},
        )


#: Names that sort differently with and without the endings `.wav` and `.json`.
TRICKY_NAMES = ("a", "a b", "a.part1", "a-b", "a.b", "a.wav", "a.x", "a/b", "ab", "A", "ä", "a.z\U0001f600")


def test_a_transcript_is_found_whatever_its_neighbours_are_called(
    bucket: Bucket, transcribe: Callable[..., None]
) -> None:
    keys = sorted((f"input/{name}.wav" for name in TRICKY_NAMES), key=str.encode)
    items = [Item(number, key, f"etag {key}", 1) for number, key in enumerate(keys)]
    transcribe(*items)
    for pair in combinations(items, 2):
        assert [transcript.item for transcript in find(bucket, pair)] == list(pair)


def test_denied_access_is_not_taken_for_new_audio(bucket: Bucket, aws: LocalAws) -> None:
    aws.order(kind="deny", methods=["LIST"], prefix="output/")
    with pytest.raises(StorageDenied, match="AccessDenied"):
        find(bucket, [Item(0, KEY, "etag", 1)])
