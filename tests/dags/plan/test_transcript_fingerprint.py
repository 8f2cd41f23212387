"""Fingerprints: a transcript is outdated when, and only when, a run would write another one."""

from __future__ import annotations

from dataclasses import make_dataclass

import pytest

from tests.support.dags.bucket_objects import upload
from transcription.contract.errors import ModelMissing
from transcription.contract.hot_word import HotWord
from transcription.contract.options import ENGINES, Options
from transcription.plan import transcript_fingerprint
from transcription.shared.bucket import Bucket


def recipe(bucket: Bucket, image_model: str = "official", **options: object) -> str:
    return transcript_fingerprint.fingerprint(bucket, Options(**options), image_model)  # type: ignore[arg-type]


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
    monkeypatch.setattr(transcript_fingerprint, "Options", added)
    after = [transcript_fingerprint.fingerprint(bucket, added(**some), "official") for some in ({}, chosen)]
    assert before == after
    assert transcript_fingerprint.fingerprint(bucket, added(channel="left"), "official") not in before


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
