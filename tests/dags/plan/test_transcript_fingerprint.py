"""Fingerprints: a transcript is outdated if, and only if, a run would write a different one."""

from __future__ import annotations

import re
from dataclasses import make_dataclass

import pytest

from tests.support.dags.bucket_objects import upload
from transcription.contract.errors import ModelInvalid, ModelMissing
from transcription.contract.hot_word import HotWord
from transcription.contract.options import ENGINES, Options
from transcription.plan import transcript_fingerprint
from transcription.shared.bucket import Bucket


def fingerprint(bucket: Bucket, image_model: str = "official", **options: object) -> str:
    return transcript_fingerprint.fingerprint(bucket, Options(**options), image_model)  # type: ignore[arg-type]


def test_the_same_options_have_the_same_fingerprint(bucket: Bucket) -> None:
    upload(bucket, "models/court/a.pbmm", b"model")
    for options in ({}, {"model": "court"}, {"hot_words": (HotWord("seven", 2.0),), "formats": ("srt",)}):
        assert fingerprint(bucket, **options) == fingerprint(Bucket(bucket.name), **options)


def test_the_order_of_hot_words_and_formats_does_not_change_the_fingerprint(bucket: Bucket) -> None:
    first, second = HotWord("seven", 2.0), HotWord("three", 3.0)
    assert fingerprint(bucket, hot_words=(first, second)) == fingerprint(bucket, hot_words=(second, first))
    assert fingerprint(bucket, formats=("srt", "vtt")) == fingerprint(bucket, formats=("vtt", "srt"))


def test_a_release_that_adds_an_option_makes_no_transcript_outdated(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise each file that is uploaded again would be transcribed and paid for again."""
    extended_options = make_dataclass("Options", [("channel", str, "all")], bases=(Options,), frozen=True)
    chosen = {"beam_width": 500, "low_confidence": 0.7}
    before = [fingerprint(bucket), fingerprint(bucket, **chosen)]
    monkeypatch.setattr(transcript_fingerprint, "Options", extended_options)
    after = [
        transcript_fingerprint.fingerprint(bucket, extended_options(**values), "official") for values in ({}, chosen)
    ]
    assert before == after
    left_channel = extended_options(channel="left")
    assert transcript_fingerprint.fingerprint(bucket, left_channel, "official") not in before


def test_each_option_that_changes_the_transcript_changes_the_fingerprint(bucket: Bucket) -> None:
    upload(bucket, "models/court/a.pbmm", b"model")
    upload(bucket, "models/court2/a.pbmm", b"another model")
    fingerprints = [
        fingerprint(bucket),
        fingerprint(bucket, image_model="official 0.9.3"),
        fingerprint(bucket, model="court"),
        fingerprint(bucket, model="court2"),
        fingerprint(bucket, beam_width=500),
        fingerprint(bucket, hot_words=(HotWord("seven", 2.0),)),
        fingerprint(bucket, hot_words=(HotWord("seven", 3.0),)),
        fingerprint(bucket, formats=("srt",)),
        fingerprint(bucket, lm_alpha=0.9, lm_beta=1.2),
        fingerprint(bucket, lm_alpha=1.2, lm_beta=0.9),
        fingerprint(bucket, alternatives=1),
        fingerprint(bucket, low_confidence=0.7),
        fingerprint(bucket, cut_at_silence=False),
        fingerprint(bucket, int8_lstm=True),
    ]
    assert len(set(fingerprints)) == len(fingerprints)


def test_another_engine_makes_no_transcript_outdated(bucket: Bucket) -> None:
    """All engines write the same transcripts, so a deployment may change its engine without transcribing again."""
    assert len({fingerprint(bucket, engine=engine) for engine in ENGINES}) == 1


def test_files_of_a_model_that_were_replaced_or_added_change_the_recipe(bucket: Bucket) -> None:
    fingerprints = []
    for key, data in (("a.pbmm", b"model"), ("a.pbmm", b"better"), ("a.scorer", b"words"), ("model.json", b"{}")):
        upload(bucket, f"models/court/{key}", data)
        fingerprints.append(fingerprint(bucket, model="court"))
    assert len(set(fingerprints)) == 4


def test_a_model_in_the_bucket_does_not_depend_on_the_image(bucket: Bucket) -> None:
    upload(bucket, "models/court/a.pbmm", b"model")
    assert fingerprint(bucket, "official", model="court") == fingerprint(bucket, "another", model="court")


def test_a_folder_that_the_console_made_is_no_model(bucket: Bucket) -> None:
    upload(bucket, "models/court/", b"")
    upload(bucket, "models/court2/a.pbmm", b"model")
    with pytest.raises(ModelMissing, match=rf"no model s3://{bucket.name}/models/court/\. Upload a \.pbmm"):
        fingerprint(bucket, model="court")


def test_the_marker_of_a_folder_is_no_part_of_a_model(bucket: Bucket) -> None:
    upload(bucket, "models/court/a.pbmm", b"model")
    without = fingerprint(bucket, model="court")
    upload(bucket, "models/court/", b"")
    assert fingerprint(bucket, model="court") == without


@pytest.mark.parametrize(
    ("files", "error", "reason"),
    [
        (("a.scorer", "model.json"), ModelMissing, "There is no acoustic model in .* found a.scorer, model.json"),
        (("old/a.pbmm", "a.tflite"), ModelMissing, "There is no acoustic model in .* found a.tflite"),
        (("a.pbmm", "b.pbmm"), ModelInvalid, r"more than one \.pbmm file in .*: a\.pbmm, b\.pbmm"),
        (("a.pb", "b.pb"), ModelInvalid, r"more than one \.pb file"),
        (("a.pbmm", "a.scorer", "b.scorer"), ModelInvalid, r"more than one \.scorer file in .*: a\.scorer, b\.scorer"),
    ],
)
def test_a_model_folder_that_no_child_could_use_is_refused(
    bucket: Bucket, files: tuple[str, ...], error: type[Exception], reason: str
) -> None:
    """A run with such a model started its machines, and failed on each of them."""
    for name in files:
        upload(bucket, f"models/court/{name}", name.encode())
    with pytest.raises(error, match=rf"s3://{bucket.name}/models/court/") as caught:
        fingerprint(bucket, model="court")
    assert re.search(reason, caught.value.message)


def test_a_pb_beside_a_pbmm_is_no_second_model(bucket: Bucket) -> None:
    for name in ("a.pbmm", "a.pb", "a.scorer", "model.json", "README.md", "old/b.pbmm"):
        upload(bucket, f"models/court/{name}", name.encode())
    assert fingerprint(bucket, model="court")
