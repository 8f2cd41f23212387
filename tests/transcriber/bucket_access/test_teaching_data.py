"""What a teaching fetches from the bucket, and the new model that it stores there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bucket_access.candidate import store_candidate
from bucket_access.teaching_bucket import ModelTaken, TeachingBucket
from bucket_access.teaching_data import SetMissing, fetch_teaching_data
from tests.support.transcriber.shard_bucket import Bucket
from transcription.contract import keys
from transcription.contract.correction import CHECKED, UNCHECKED, Basis, Correction, Segment
from transcription.contract.default_model import DefaultModel
from transcription.contract.errors import ModelMissing, OptionInvalid
from transcription.contract.records import dump

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def teaching(bucket: Bucket) -> TeachingBucket:
    """Return the bucket with a model, as a teaching sees it."""
    bucket.upload("models/court/court.pbmm", b"model")
    bucket.upload("models/court/not-used/old.pbmm", b"not a file of the model")
    return TeachingBucket(bucket.name)


def correct(bucket: Bucket, name: str, state: str, *, folder: str = "processed/") -> None:
    """Write a correction of one segment, and its recording."""
    segments = (Segment(0.0, 1.0, "stop", (), state),)
    correction = Correction(f"{name.rpartition('/')[2]}.wav", 1.0, 0.5, Basis("0", "1"), ("srt",), segments)
    bucket.upload(keys.corrected_json(name), dump(correction))
    bucket.upload(keys.corrected(name), b"stop")
    bucket.upload(keys.corrected_format(name, "srt"), b"stop")
    bucket.upload(f"{folder}{name}.wav", name.encode())


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_only_recordings_that_somebody_checked_are_fetched(
    bucket: Bucket, teaching: TeachingBucket, tmp_path: Path
) -> None:
    correct(bucket, "2022/a b#1", CHECKED)
    correct(bucket, "waiting", CHECKED, folder="input/")
    correct(bucket, "unchecked", UNCHECKED)
    bucket.upload("processed/nobody.wav", b"nobody corrected it")
    bucket.upload("corrected/damaged.json", b"{")
    data = fetch_teaching_data(teaching, tmp_path, "", "court")
    assert files(data.audio) == {
        *("corrected/2022/a b#1.json", "processed/2022/a b#1.wav"),
        *("corrected/waiting.json", "input/waiting.wav"),
    }
    assert (data.audio / "processed/2022/a b#1.wav").read_bytes() == b"2022/a b#1"
    assert files(data.base) == {"court.pbmm"}
    assert not data.base.is_relative_to(data.audio)


def test_a_set_is_fetched_with_its_folders_and_the_next_copy_follows_the_bucket(
    bucket: Bucket, teaching: TeachingBucket, tmp_path: Path
) -> None:
    for name in ("b/a.wav", "b/a.txt", "gone.txt"):
        bucket.upload(f"teaching/anna/{name}", b"first")
    bucket.upload("teaching/anna-2/c.txt", b"another set")
    bucket.upload("teaching/anna/b/", b"")
    data = fetch_teaching_data(teaching, tmp_path, "anna", "court")
    assert files(data.audio) == {f"teaching/anna/{name}" for name in ("b/a.wav", "b/a.txt", "gone.txt")}
    bucket.upload("teaching/anna/b/a.txt", b"the second text")
    bucket.client.delete_object(Bucket=bucket.name, Key="teaching/anna/gone.txt")
    data = fetch_teaching_data(teaching, tmp_path, "anna", "court")
    assert files(data.audio) == {"teaching/anna/b/a.wav", "teaching/anna/b/a.txt"}
    assert (data.audio / "teaching/anna/b/a.txt").read_bytes() == b"the second text"


def test_what_is_there_already_is_not_fetched_again(
    bucket: Bucket, teaching: TeachingBucket, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bucket.upload("teaching/anna/a.txt", b"text")
    with caplog.at_level("INFO"):
        fetch_teaching_data(teaching, tmp_path, "anna", "court")
        assert "teaching/anna/a.txt" in caplog.text
        caplog.clear()
        fetch_teaching_data(teaching, tmp_path, "anna", "court")
    assert "fetching" not in caplog.text


@pytest.mark.parametrize("name", ["../../x.txt", "a//x.txt", "./x.txt", f"{'x' * 256}.txt"])
def test_no_key_leads_out_of_the_folder(
    bucket: Bucket, teaching: TeachingBucket, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    bucket.upload("teaching/anna/good.txt", b"text")
    bucket.upload(f"teaching/anna/{name}", b"text")
    data = fetch_teaching_data(teaching, tmp_path / "copy", "anna", "court")
    assert files(data.audio) == {"teaching/anna/good.txt"}
    assert {path.name for path in tmp_path.iterdir()} == {"copy"}
    assert "left out" in caplog.text


def test_without_a_name_the_model_in_use_is_the_base(bucket: Bucket, teaching: TeachingBucket, tmp_path: Path) -> None:
    correct(bucket, "a", CHECKED)
    with pytest.raises(ModelMissing, match=r"the model in the container image.*BASE=name"):
        fetch_teaching_data(teaching, tmp_path, "", "")
    record = DefaultModel().changed_to("court", changed="2026-11-22T01:00:00+00:00", by="anna")
    bucket.upload(keys.DEFAULT_MODEL, dump(record))
    assert fetch_teaching_data(teaching, tmp_path, "", "").base == tmp_path / "models/court"


@pytest.mark.parametrize(
    ("set_name", "base", "error"),
    [("", "court", SetMissing), ("empty", "court", SetMissing), ("", "gone", ModelMissing), ("..", "", OptionInvalid)],
)
def test_what_is_missing_is_an_error_before_anything_is_fetched(
    teaching: TeachingBucket, tmp_path: Path, set_name: str, base: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        fetch_teaching_data(teaching, tmp_path, set_name, base)
    assert files(tmp_path) == set()


@pytest.fixture
def taught(tmp_path: Path) -> Path:
    """Return the folder of a new model."""
    folder = tmp_path / "court-1"
    (folder / "not-used").mkdir(parents=True)
    for name in ("court-1.pbmm", "model.json", "report.json", "report.md"):
        (folder / name).write_text(name)
    return folder


def test_a_new_model_is_stored_with_its_report(bucket: Bucket, teaching: TeachingBucket, taught: Path) -> None:
    assert store_candidate(teaching, "court-1", taught) == f"s3://{bucket.name}/models/court-1/"
    stored = {entry.key for entry in teaching.list("models/court-1/")}
    assert stored == {f"models/court-1/{name}" for name in ("court-1.pbmm", "model.json", "report.json", "report.md")}
    assert teaching.model_names() == {"court", "court-1"}


def test_no_model_is_overwritten(bucket: Bucket, teaching: TeachingBucket, taught: Path) -> None:
    bucket.upload("models/court-1/other.pbmm", b"other")
    with pytest.raises(ModelTaken, match="There is a model"):
        store_candidate(teaching, "court-1", taught)
    with pytest.raises(ModelTaken, match="exists already"):
        teaching.add("models/court-1/other.pbmm", taught / "model.json")
    assert teaching.read("models/court-1/other.pbmm") == b"other"


def answer(request: dict[str, str]) -> dict[str, Any]:
    """Return the answer of the command."""
    process = subprocess.run(
        [sys.executable, "-m", "bucket_access"],
        input=json.dumps(request),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/dags:{ROOT}/transcriber_image:{ROOT}/trainer_image"},
    )
    document: dict[str, Any] = json.loads(process.stdout)
    assert process.returncode == ("error" in document)
    return document


def test_the_command_answers_with_folders_or_an_error(bucket: Bucket, teaching: TeachingBucket, tmp_path: Path) -> None:
    request = {"task": "fetch", "bucket": bucket.name, "folder": str(tmp_path), "set": "anna", "base": "court"}
    assert answer(request)["error"].startswith("[SET_MISSING] There is nothing to learn from")
    bucket.upload("teaching/anna/a.txt", b"text")
    folders = {"audio": str(tmp_path / "speech"), "base": str(tmp_path / "models/court")}
    assert answer(request) == {**folders, "models": ["court"]}
