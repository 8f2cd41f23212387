"""What a run asks for reaches the decoder and the transcript, or is refused before any audio is touched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.transcriber.shard_bucket import Bucket, Run, watched
from tests.support.transcriber.wav_files import Clip, wav
from tests.transcriber.text.test_schema import complaints
from transcription.contract.errors import OptionInvalid
from transcription.contract.options import Options


@pytest.fixture(scope="module")
def noisy(clips: list[Clip]) -> bytes:
    """All clips, so poor that the model is not sure."""
    samples = np.concatenate([clip.samples for clip in clips])
    noise = np.random.default_rng(7).normal(0, 0.5 * samples.std(), len(samples))
    return wav((samples + noise).clip(-32768, 32767).astype(np.int16))


def transcript(bucket: Bucket, run: Run, data: bytes, options: Options) -> dict[str, Any]:
    bucket.plan({"input/a.wav": data}, options)
    run()
    document = bucket.document("a")
    assert complaints(document) == []
    return document


def shares(segment: dict[str, Any]) -> Sequence[float]:
    return [each["confidence"] for each in segment["alternatives"]]


def upload_model(bucket: Bucket, model_folder: Path, *suffixes: str) -> None:
    for suffix in suffixes:
        bucket.upload(f"models/ours/a{suffix}", (model_folder / f"demo{suffix}").read_bytes())


def test_the_weights_of_a_run_go_before_the_models_own_and_change_what_is_heard(
    bucket: Bucket, run: Run, clip: Clip, model_folder: Path
) -> None:
    upload_model(bucket, model_folder, ".pbmm", ".scorer")
    bucket.upload("models/ours/model.json", json.dumps({"lm_alpha": 0.5, "lm_beta": 0.25}).encode())
    own = transcript(bucket, run, clip.data, Options(model="ours"))
    assert own["text"] == clip.text
    assert (own["provenance"]["decoder"]["lm_alpha"], own["provenance"]["decoder"]["lm_beta"]) == (0.5, 0.25)
    # A language model that weighs far too much would rather hear few words.
    chosen = transcript(bucket, run, clip.data, Options(model="ours", lm_alpha=20, lm_beta=0))
    assert (chosen["provenance"]["decoder"]["lm_alpha"], chosen["provenance"]["decoder"]["lm_beta"]) == (20, 0)
    assert len(chosen["words"]) < len(own["words"])
    # And whoever pays for words gets more of them.
    paid = transcript(bucket, run, clip.data, Options(model="ours", lm_alpha=20, lm_beta=100))
    assert paid["provenance"]["decoder"]["lm_beta"] == 100
    assert len(paid["words"]) > len(chosen["words"])


def test_where_neither_run_nor_model_gives_weights_the_scorers_own_are_in_force(
    bucket: Bucket, run: Run, clip: Clip, model_folder: Path
) -> None:
    upload_model(bucket, model_folder, ".pbmm", ".scorer")
    decoder = transcript(bucket, run, clip.data, Options(model="ours"))["provenance"]["decoder"]
    assert (decoder["lm_alpha"], decoder["lm_beta"]) == (None, None)


def test_weights_without_a_scorer_are_refused_before_any_audio_is_touched(
    bucket: Bucket, run: Run, clip: Clip, model_folder: Path
) -> None:
    upload_model(bucket, model_folder, ".pbmm")
    bucket.plan({"input/a.wav": clip.data}, Options(model="ours", lm_alpha=1, lm_beta=1))
    uploaded = bucket.keys()
    with watched() as requests, pytest.raises(OptionInvalid, match=r"model ours has none: put a \.scorer beside"):
        run()
    assert not [path for _, path in requests if "input/" in path]
    assert bucket.keys() == uploaded


@pytest.mark.parametrize("wanted", [0, 3, 15])
def test_alternatives_are_other_texts_the_likeliest_first_and_no_more_than_asked_for(
    bucket: Bucket, run: Run, noisy: bytes, wanted: int
) -> None:
    document = transcript(bucket, run, noisy, Options(alternatives=wanted))
    assert len(document["segments"]) > 1
    for segment in document["segments"]:
        texts = [each["text"] for each in segment["alternatives"]]
        assert len(texts) <= wanted
        assert len({segment["text"], *texts}) == len(texts) + 1
        assert shares(segment) == sorted(shares(segment), reverse=True)
        assert sum(shares(segment)) <= 1.001
        assert wanted == 0 or len(texts) >= 3


def test_fewer_alternatives_are_the_first_of_more(bucket: Bucket, run: Run, noisy: bytes) -> None:
    few = transcript(bucket, run, noisy, Options(alternatives=3))["segments"]
    many = transcript(bucket, run, noisy, Options(alternatives=15))["segments"]
    for one, other in zip(few, many):
        assert shares(one) == shares(other)[:3]
        assert one["text"] == other["text"]
    # The confidence of what was heard does not depend on how much else is listed.
    assert [each["confidence"] for each in few] == [each["confidence"] for each in many]


@pytest.mark.parametrize("below", [0.0, 0.7, Options().low_confidence, 1.0])
def test_exactly_the_words_below_the_threshold_are_marked_and_counted(
    bucket: Bucket, run: Run, noisy: bytes, below: float
) -> None:
    document = transcript(bucket, run, noisy, Options(low_confidence=below))
    confidences = [each["confidence"] for each in document["words"]]
    assert min(confidences) < 0.7
    assert max(confidences) > Options().low_confidence
    # What is written is rounded: a word right at the threshold may be on either side of it.
    sure = [each for each in document["words"] if abs(each["confidence"] - below) > 0.0005]
    assert [each["low_confidence"] for each in sure] == [each["confidence"] < below for each in sure]
    assert document["unsure_words"] == sum(each["low_confidence"] for each in document["words"])
    assert bucket.result(0).unsure_words == document["unsure_words"]
    assert (document["unsure_words"] > 0) == (below > 0)
