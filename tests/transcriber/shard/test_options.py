"""The options of a run take effect, or are refused before any audio is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.transcriber.shard_bucket import Bucket, Run, recorded_requests
from tests.support.transcriber.wav_files import Clip, wav
from tests.transcriber.text.test_schema import schema_errors
from transcription.contract.errors import OptionInvalid
from transcription.contract.options import Options


@pytest.fixture(scope="module")
def noisy(clips: list[Clip]) -> bytes:
    """All clips with so much noise that the model is unsure of some words."""
    samples = np.concatenate([clip.samples for clip in clips])
    noise = np.random.default_rng(7).normal(0, 0.5 * samples.std(), len(samples))
    return wav((samples + noise).clip(-32768, 32767).astype(np.int16))


def transcript(bucket: Bucket, run: Run, data: bytes, options: Options) -> dict[str, Any]:
    bucket.plan({"input/a.wav": data}, options)
    run()
    document = bucket.document("a")
    assert schema_errors(document) == []
    return document


def confidences_of_alternatives(segment: dict[str, Any]) -> Sequence[float]:
    return [alternative["confidence"] for alternative in segment["alternatives"]]


def upload_model(bucket: Bucket, model_folder: Path, *suffixes: str) -> None:
    for suffix in suffixes:
        bucket.upload(f"models/ours/a{suffix}", (model_folder / f"demo{suffix}").read_bytes())


def test_the_weights_of_a_run_replace_the_models_own_and_change_the_transcript(
    bucket: Bucket, run: Run, clip: Clip, model_folder: Path
) -> None:
    upload_model(bucket, model_folder, ".pbmm", ".scorer")
    bucket.upload("models/ours/model.json", json.dumps({"lm_alpha": 0.5, "lm_beta": 0.25}).encode())
    own = transcript(bucket, run, clip.data, Options(model="ours"))
    assert own["text"] == clip.text
    assert (own["provenance"]["decoder"]["lm_alpha"], own["provenance"]["decoder"]["lm_beta"]) == (0.5, 0.25)
    # A language model with far too much weight prefers few words.
    chosen = transcript(bucket, run, clip.data, Options(model="ours", lm_alpha=20, lm_beta=0))
    assert (chosen["provenance"]["decoder"]["lm_alpha"], chosen["provenance"]["decoder"]["lm_beta"]) == (20, 0)
    assert len(chosen["words"]) < len(own["words"])
    # A large bonus for each word gives more words.
    with_bonus = transcript(bucket, run, clip.data, Options(model="ours", lm_alpha=20, lm_beta=100))
    assert with_bonus["provenance"]["decoder"]["lm_beta"] == 100
    assert len(with_bonus["words"]) > len(chosen["words"])


def test_without_weights_of_run_and_model_the_scorers_own_are_used(
    bucket: Bucket, run: Run, clip: Clip, model_folder: Path
) -> None:
    upload_model(bucket, model_folder, ".pbmm", ".scorer")
    decoder = transcript(bucket, run, clip.data, Options(model="ours"))["provenance"]["decoder"]
    assert (decoder["lm_alpha"], decoder["lm_beta"]) == (None, None)


def test_weights_without_a_scorer_are_refused_before_any_audio_is_read(
    bucket: Bucket, run: Run, clip: Clip, model_folder: Path
) -> None:
    upload_model(bucket, model_folder, ".pbmm")
    bucket.plan({"input/a.wav": clip.data}, Options(model="ours", lm_alpha=1, lm_beta=1))
    uploaded = bucket.keys()
    with (
        recorded_requests() as requests,
        pytest.raises(OptionInvalid, match=r"model ours has none: put a \.scorer beside"),
    ):
        run()
    assert not [path for _, path in requests if "input/" in path]
    assert bucket.keys() == uploaded


@pytest.mark.parametrize("number", [0, 3, 15])
def test_alternatives_are_other_texts_sorted_by_confidence_and_limited_in_number(
    bucket: Bucket, run: Run, noisy: bytes, number: int
) -> None:
    document = transcript(bucket, run, noisy, Options(alternatives=number))
    assert len(document["segments"]) > 1
    for segment in document["segments"]:
        texts = [alternative["text"] for alternative in segment["alternatives"]]
        assert len(texts) <= number
        assert len({segment["text"], *texts}) == len(texts) + 1
        assert confidences_of_alternatives(segment) == sorted(confidences_of_alternatives(segment), reverse=True)
        assert sum(confidences_of_alternatives(segment)) <= 1.001
        assert number == 0 or len(texts) >= 3


def test_fewer_alternatives_are_the_first_of_more(bucket: Bucket, run: Run, noisy: bytes) -> None:
    few = transcript(bucket, run, noisy, Options(alternatives=3))["segments"]
    many = transcript(bucket, run, noisy, Options(alternatives=15))["segments"]
    for short, long in zip(few, many):
        assert confidences_of_alternatives(short) == confidences_of_alternatives(long)[:3]
        assert short["text"] == long["text"]
    # The confidence of a segment does not depend on the number of alternatives.
    assert [segment["confidence"] for segment in few] == [segment["confidence"] for segment in many]


@pytest.mark.parametrize("below", [0.0, 0.7, Options().low_confidence, 1.0])
def test_exactly_the_words_below_the_threshold_are_marked_and_counted(
    bucket: Bucket, run: Run, noisy: bytes, below: float
) -> None:
    document = transcript(bucket, run, noisy, Options(low_confidence=below))
    confidences = [word["confidence"] for word in document["words"]]
    assert min(confidences) < 0.7
    assert max(confidences) > Options().low_confidence
    # The JSON has rounded values: a word at the threshold may be on either side of it.
    clear = [word for word in document["words"] if abs(word["confidence"] - below) > 0.0005]
    assert [word["low_confidence"] for word in clear] == [word["confidence"] < below for word in clear]
    assert document["unsure_words"] == sum(word["low_confidence"] for word in document["words"])
    assert bucket.result(0).unsure_words == document["unsure_words"]
    assert (document["unsure_words"] > 0) == (below > 0)
