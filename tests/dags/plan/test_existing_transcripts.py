"""Earlier transcripts: audio must not be paid for twice, and never be taken for done where it is not."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import make_dataclass
from itertools import combinations
from typing import Any

import pytest

from tests.support.dags.bucket_objects import make_plan, upload
from tests.support.dags.container_transcripts import Container
from tests.support.standin.standin_server import LocalAws
from transcription.contract.errors import ModelMissing, StorageDenied
from transcription.contract.manifest import Item
from transcription.contract.options import ENGINES, HotWord, Options
from transcription.contract.result import Audio
from transcription.plan import existing_transcripts
from transcription.plan.existing_transcripts import Earlier
from transcription.shared.bucket import Bucket

KEY = "input/x/a b#1.wav"


@pytest.fixture
def transcribe(bucket: Bucket, container: Container) -> Callable[..., None]:
    """What an earlier run left of files in `output/`."""

    def transcribe(*items: Item, recipe: str = "recipe", like: str = "speech") -> None:
        for item in items:
            container.transcribe(bucket, make_plan([items], recipe=recipe), item, like)

    return transcribe


def find(bucket: Bucket, items: Sequence[Item], recipe: str = "recipe") -> list[Earlier]:
    return sorted(existing_transcripts.find(bucket, items, recipe), key=lambda each: each.item.number)


def test_the_same_audio_again_is_done_already(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    """That is every file, each night, where a folder is synchronised."""
    item = upload(bucket, KEY)
    transcribe(item)
    (found,) = find(bucket, [item])
    assert (found.item, found.owner, found.same) == (item, KEY, True)
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
    assert (found.same, found.words, found.confidence) == (True, 0, None)
    assert found.audio == Audio(1.0, 16_000, 1, "PCM_16")


def test_a_number_in_another_manifest_does_not_make_it_another_file(
    bucket: Bucket, transcribe: Callable[..., None]
) -> None:
    transcribe(upload(bucket, KEY))
    assert find(bucket, [upload(bucket, KEY, number=5)])[0].same


def test_other_audio_under_the_same_name_is_not_done(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    transcribe(upload(bucket, KEY))
    (found,) = find(bucket, [upload(bucket, KEY, b"other")])
    assert (found.owner, found.same) == (KEY, False)


def test_another_recipe_is_not_done(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    item = upload(bucket, KEY)
    transcribe(item)
    assert not find(bucket, [item], recipe="another")[0].same


def test_the_transcript_of_another_file_names_its_owner(bucket: Bucket, transcribe: Callable[..., None]) -> None:
    transcribe(upload(bucket, "input/a.wav"))
    (found,) = find(bucket, [upload(bucket, "input/a.WAV")])
    assert (found.owner, found.same) == ("input/a.wav", False)


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


def recipe(bucket: Bucket, image_model: str = "official", **options: object) -> str:
    return existing_transcripts.recipe(bucket, Options(**options), image_model)  # type: ignore[arg-type]


def test_a_recipe_is_the_same_on_another_day(bucket: Bucket) -> None:
    upload(bucket, "models/court/a.pbmm", b"model")
    for options in ({}, {"model": "court"}, {"hot_words": (HotWord("seven", 2.0),), "formats": ("srt",)}):
        assert recipe(bucket, **options) == recipe(Bucket(bucket.name), **options)


def test_the_order_in_which_people_write_things_down_changes_no_recipe(bucket: Bucket) -> None:
    one, other = HotWord("seven", 2.0), HotWord("three", 3.0)
    assert recipe(bucket, hot_words=(one, other)) == recipe(bucket, hot_words=(other, one))
    assert recipe(bucket, formats=("srt", "vtt")) == recipe(bucket, formats=("vtt", "srt"))


def test_a_release_that_adds_an_option_makes_no_transcript_outdated(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole bucket would be transcribed again, and paid for, as soon as it is synchronised."""
    added = make_dataclass("Options", [("channel", str, "all")], bases=(Options,), frozen=True)
    chosen = {"beam_width": 500, "low_confidence": 0.7}
    before = [recipe(bucket), recipe(bucket, **chosen)]
    monkeypatch.setattr(existing_transcripts, "Options", added)
    after = [existing_transcripts.recipe(bucket, added(**some), "official") for some in ({}, chosen)]
    assert before == after
    assert existing_transcripts.recipe(bucket, added(channel="left"), "official") not in before


def test_whatever_is_written_otherwise_changes_the_recipe(bucket: Bucket) -> None:
    upload(bucket, "models/court/a.pbmm", b"model")
    upload(bucket, "models/court2/a.pbmm", b"another model")
    found = [
        recipe(bucket),
        recipe(bucket, image_model="official 0.9.3"),
        recipe(bucket, model="court"),
        recipe(bucket, model="court2"),
        recipe(bucket, beam_width=500),
        recipe(bucket, hot_words=(HotWord("seven", 2.0),)),
        recipe(bucket, hot_words=(HotWord("seven", 3.0),)),
        recipe(bucket, formats=("srt",)),
        recipe(bucket, lm_alpha=0.9, lm_beta=1.2),
        recipe(bucket, lm_alpha=1.2, lm_beta=0.9),
        recipe(bucket, alternatives=1),
        recipe(bucket, low_confidence=0.7),
        recipe(bucket, cut_at_silence=False),
        recipe(bucket, int8_lstm=True),
    ]
    assert len(set(found)) == len(found)


def test_another_engine_makes_no_transcript_outdated(bucket: Bucket) -> None:
    """They hear the same; a deployment that chooses another one must not pay for all of its audio again."""
    assert len({recipe(bucket, engine=each) for each in ENGINES}) == 1


def test_files_of_a_model_that_were_replaced_or_added_change_the_recipe(bucket: Bucket) -> None:
    found = []
    for key, data in (("a.pbmm", b"model"), ("a.pbmm", b"better"), ("a.scorer", b"words"), ("model.json", b"{}")):
        upload(bucket, f"models/court/{key}", data)
        found.append(recipe(bucket, model="court"))
    assert len(set(found)) == 4


def test_a_model_in_the_bucket_does_not_depend_on_the_image(bucket: Bucket) -> None:
    upload(bucket, "models/court/a.pbmm", b"model")
    assert recipe(bucket, "official", model="court") == recipe(bucket, "another", model="court")


def test_a_folder_that_the_console_made_is_no_model(bucket: Bucket) -> None:
    upload(bucket, "models/court/", b"")
    upload(bucket, "models/court2/a.pbmm", b"model")
    with pytest.raises(ModelMissing, match=rf"no model s3://{bucket.name}/models/court/\. Upload a \.pbmm"):
        recipe(bucket, model="court")


def test_the_marker_of_a_folder_is_no_part_of_a_model(bucket: Bucket) -> None:
    upload(bucket, "models/court/a.pbmm", b"model")
    without = recipe(bucket, model="court")
    upload(bucket, "models/court/", b"")
    assert recipe(bucket, model="court") == without
