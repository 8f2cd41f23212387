"""A run fetches and loads the selected model once, or ends with a clear error."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.transcriber.shard_bucket import DRAFT, RUN, Bucket, Run, recorded_requests
from tests.support.transcriber.wav_files import Clip
from tests.transcriber.test_command import command
from transcription.contract.errors import ModelInvalid, ModelMissing
from transcription.contract.options import Options
from transcription.contract.run_keys import RunKeys


def test_the_model_is_fetched_once_for_all_files(bucket: Bucket, run: Run, clip: Clip, model_folder: Path) -> None:
    for name in ("demo.pbmm", "demo.scorer"):
        bucket.upload(f"models/ours/{name}", (model_folder / name).read_bytes())
    bucket.plan({f"input/{number}.wav": clip.data for number in range(12)}, Options(model="ours"))
    with recorded_requests() as requests:
        run()
    assert len(bucket.keys("output/")) == 24
    assert [method for method, path in requests if path.endswith("/demo.pbmm")] == ["HEAD", "GET"]


def test_the_model_is_loaded_once_by_each_process(clips: list[Clip], model_folder: Path) -> None:
    """To start a process and load model and scorer for each file would take longer than the transcription."""
    done = command(
        *(clip.path for clip in clips * 2), "--model", model_folder, "--processes", 2, "--engine", "libdeepspeech"
    )
    assert len(done.stdout.splitlines()) == 2 * len(clips)
    assert done.stderr.count("DeepSpeech: v0.9.3") == 2  # libdeepspeech prints it for each load


def test_a_model_in_the_bucket_is_used_and_named(bucket: Bucket, run: Run, clip: Clip, model_folder: Path) -> None:
    for path in model_folder.iterdir():
        if path.suffix in (".pbmm", ".scorer", ".json"):
            bucket.upload(f"models/ours/{path.name}", path.read_bytes())
    bucket.upload("models/ours/", b"")  # the marker that the S3 console creates for a folder
    bucket.plan({"input/a.wav": clip.data}, Options(model="ours"))
    run()
    assert bucket.result(0).model.name == "ours"
    assert bucket.text("a") == f"{clip.text}\n"


def test_a_missing_model_is_an_error_that_lists_the_models_that_exist(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.upload("models/theirs/a.pbmm", b"")
    bucket.plan({"input/a.wav": clip.data}, Options(model="ours"))
    with pytest.raises(ModelMissing, match=r"models/ours/.*models/theirs/"):
        run()
    assert bucket.keys("runs/") == [RunKeys(RUN).shard(DRAFT, 0)]


def test_a_model_that_cannot_be_loaded_fails_the_child_and_no_file(bucket: Bucket, run: Run, clip: Clip) -> None:
    bucket.upload("models/ours/a.pbmm", b"nonsense" * 100)
    bucket.plan({"input/a.wav": clip.data}, Options(model="ours"))
    with pytest.raises(ModelInvalid, match=r"a\.pbmm"):
        run()
    assert bucket.keys("runs/") == [RunKeys(RUN).shard(DRAFT, 0)]
