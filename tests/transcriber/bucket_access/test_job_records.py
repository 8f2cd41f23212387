"""The records of a teaching that runs as a Batch job: what each attempt finds, and what it leaves."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from bucket_access import __main__ as program
from bucket_access import job_records
from bucket_access.teaching_bucket import ModelTaken, TeachingBucket
from tests.support.transcriber.shard_bucket import Bucket
from transcription.contract.errors import ModelMissing, RecordMissing
from transcription.contract.manifest import Failure
from transcription.contract.reason import Reason
from transcription.contract.records import dump, load
from transcription.contract.run_keys import RunKeys
from transcription.contract.teaching import SOUND, TeachingData, TeachingOrder
from transcription.contract.teaching_errors import SetMissing

RUN = "manual-1-0a1b2c3d"
KEYS = RunKeys(RUN)
ORDER = TeachingOrder(RUN, "2026-11-22T01:00:07+00:00", SOUND, base="court", name="court", set_name="anna")


@pytest.fixture
def teaching(bucket: Bucket) -> TeachingBucket:
    """Return the bucket with a model, a set and an order, as the trainer sees it."""
    bucket.upload("models/court/court.pbmm", b"model")
    bucket.upload("teaching/anna/a.wav", b"first")
    bucket.upload("teaching/anna/a.txt", b"yes")
    bucket.upload(KEYS.teaching("order.json"), dump(ORDER))
    return TeachingBucket(bucket.name)


def stored_keys(teaching: TeachingBucket, prefix: str) -> set[str]:
    return {stored.key[len(prefix) :] for stored in teaching.list(prefix)}


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def write_outcome(folder: Path) -> Path:
    """Write what a teaching leaves, and return the folder."""
    folder.mkdir(parents=True)
    for name in ("court-1.pbmm", "model.json", "report.json", "report.md", "outcome.json"):
        (folder / name).write_text(name)
    return folder


def begin(teaching: TeachingBucket, folder: Path) -> dict[str, Any]:
    return dict(job_records.begin(teaching, RUN, str(folder)))


def test_the_first_attempt_fetches_everything_and_writes_down_what_it_uses(
    teaching: TeachingBucket, tmp_path: Path
) -> None:
    begun = begin(teaching, tmp_path)
    assert (begun["order"], begun["model"]) == (asdict(ORDER), "court-1")
    assert files(Path(begun["audio"])) == {"teaching/anna/a.wav", "teaching/anna/a.txt"}
    assert files(Path(begun["base"])) == {"court.pbmm"}
    assert files(Path(begun["checkpoints"])) == set()
    assert "others" not in begun
    data = load(TeachingData, teaching.read(KEYS.teaching("data.json")) or b"", "data")
    assert [entry.key for entry in data.objects] == ["teaching/anna/a.txt", "teaching/anna/a.wav"]


def test_speech_of_others_is_fetched_beside_what_is_taught(
    bucket: Bucket, teaching: TeachingBucket, tmp_path: Path
) -> None:
    bucket.upload(KEYS.teaching("order.json"), dump(replace(ORDER, others_set="visitors")))
    bucket.upload("teaching/visitors/b.wav", b"other")
    bucket.upload("teaching/visitors/b.txt", b"no")
    begun = begin(teaching, tmp_path)
    assert files(Path(begun["audio"])) == {"teaching/anna/a.wav", "teaching/anna/a.txt"}
    assert files(Path(begun["others"])) == {"teaching/visitors/b.wav", "teaching/visitors/b.txt"}
    bucket.upload("teaching/visitors/later.txt", b"uploaded later")
    bucket.upload("teaching/visitors/b.txt", b"replaced")
    begun = begin(teaching, tmp_path)
    assert files(Path(begun["others"])) == {"teaching/visitors/b.wav"}


def test_a_later_attempt_uses_the_same_files_the_same_name_and_the_checkpoints(
    bucket: Bucket, teaching: TeachingBucket, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    begin(teaching, tmp_path / "first")
    (tmp_path / "training").write_bytes(b"state")
    job_records.keep_checkpoint(teaching, RUN, "ab12/training-0.001.npz", str(tmp_path / "training"))
    bucket.upload("teaching/anna/later.txt", b"uploaded later")
    bucket.upload("models/court-1/other.pbmm", b"the name is taken meanwhile")
    begun = begin(teaching, tmp_path / "second")
    assert begun["model"] == "court-1"
    assert files(Path(begun["audio"])) == {"teaching/anna/a.wav", "teaching/anna/a.txt"}
    assert (Path(begun["checkpoints"]) / "ab12/training-0.001.npz").read_bytes() == b"state"
    assert "starts anew" not in caplog.text
    bucket.upload("teaching/anna/a.wav", b"replaced")
    begun = begin(teaching, tmp_path / "third")
    assert files(Path(begun["audio"])) == {"teaching/anna/a.txt"}
    assert "1 files were changed or deleted since the teaching began; it starts anew" in caplog.text


def test_the_name_of_the_new_model_is_free(bucket: Bucket, teaching: TeachingBucket, tmp_path: Path) -> None:
    bucket.upload("models/court-1/court-1.pbmm", b"model")
    bucket.upload("models/court-3/court-3.pbmm", b"model")
    assert begin(teaching, tmp_path)["model"] == "court-2"


def test_the_outcome_is_written_last_and_ends_the_teaching(
    teaching: TeachingBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "training").write_bytes(b"state")
    job_records.keep_checkpoint(teaching, RUN, "ab12/training.npz", str(tmp_path / "training"))
    out = write_outcome(tmp_path / "court-1")
    writes: list[str] = []
    for method in ("add", "upload", "write", "delete"):
        original = getattr(teaching, method)

        def noted(key: str, *arguments: object, original: Any = original, **options: object) -> object:
            writes.append(key)
            return original(key, *arguments, **options)

        monkeypatch.setattr(teaching, method, noted)
    (out / "outcome.json").rename(tmp_path / "outcome.json")
    for name in ("report.json", "report.md"):
        (tmp_path / name).write_text(name)
    job_records.finish(teaching, RUN, str(tmp_path), "court-1", str(out))
    model = [f"models/court-1/{name}" for name in ("court-1.pbmm", "report.json", "report.md")]
    assert sorted(writes[:3]) == model and writes[3] == "models/court-1/model.json"
    outcome = KEYS.teaching("outcome.json")
    assert writes[4:] == [
        *map(KEYS.teaching, ("report.md", "report.json")),
        outcome,
        f"{KEYS.checkpoints}ab12/training.npz",
    ]
    assert stored_keys(teaching, KEYS.checkpoints) == set()
    assert begin(teaching, tmp_path / "again") == {"outcome": True}
    assert not (tmp_path / "again").exists()


def test_an_attempt_that_was_killed_while_it_stored_the_model_stores_the_rest(
    bucket: Bucket, teaching: TeachingBucket, tmp_path: Path
) -> None:
    out = write_outcome(tmp_path / "court-1")
    bucket.upload("models/court-1/court-1.pbmm", b"court-1.pbmm")
    job_records.finish(teaching, RUN, str(out), "court-1", str(out))
    assert {"court-1.pbmm", "model.json"} < stored_keys(teaching, "models/court-1/")


@pytest.mark.parametrize("name", ["court-1.pbmm", "foreign.pbmm"])
def test_a_model_of_somebody_else_is_never_overwritten(
    bucket: Bucket, teaching: TeachingBucket, tmp_path: Path, name: str
) -> None:
    out = write_outcome(tmp_path / "court-1")
    bucket.upload(f"models/court-1/{name}", b"of somebody else")
    with pytest.raises(ModelTaken):
        job_records.finish(teaching, RUN, str(out), "court-1", str(out))
    assert teaching.read(f"models/court-1/{name}") == b"of somebody else"
    assert teaching.read(KEYS.teaching("outcome.json")) is None


def test_a_model_that_is_not_better_is_not_stored(teaching: TeachingBucket, tmp_path: Path) -> None:
    out = write_outcome(tmp_path / "court-1")
    job_records.finish(teaching, RUN, str(out), "", str(out))
    assert teaching.model_names() == {"court"}
    assert teaching.read(KEYS.teaching("report.md")) == b"report.md"


def test_the_reason_of_a_failure_is_recorded_for_its_job(teaching: TeachingBucket) -> None:
    job_records.record_failure(teaching, RUN, "4e5f", "SET_TOO_SMALL", "add recordings")
    record = load(Reason, teaching.read(KEYS.teaching_reason("4e5f")) or b"", "reason")
    assert record == Reason(Failure("SET_TOO_SMALL", "add recordings"))


def test_the_command_answers_each_request_of_a_job(
    teaching: TeachingBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(task: str, **fields: str) -> Any:
        request = {"task": task, "bucket": teaching.name, "run": RUN, **fields}
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(request)))
        assert program.main() == 0
        return json.loads(capsys.readouterr().out)

    begun = answer("begin", folder=str(tmp_path / "work"))
    assert begun["model"] == "court-1"
    (tmp_path / "training").write_bytes(b"state")
    assert answer("keep", file="ab12/training.npz", path=str(tmp_path / "training")) == {}
    assert answer("fail", job="4e5f", code="SET_TOO_SMALL", message="add recordings") == {}
    out = str(write_outcome(tmp_path / "court-1"))
    assert answer("finish", folder=out, model="court-1", model_folder=out) == {}
    assert answer("begin", folder=str(tmp_path / "again")) == {"outcome": True}


@pytest.mark.parametrize(
    ("missing", "error"),
    [
        (KEYS.teaching("order.json"), RecordMissing),
        ("models/court/court.pbmm", ModelMissing),
        ("teaching/anna/", SetMissing),
    ],
)
def test_what_is_missing_is_an_error(
    bucket: Bucket, teaching: TeachingBucket, tmp_path: Path, missing: str, error: type[Exception]
) -> None:
    for stored in list(teaching.list(missing)):
        bucket.client.delete_object(Bucket=bucket.name, Key=stored.key)
    with pytest.raises(error):
        begin(teaching, tmp_path)
    assert not tmp_path.joinpath("copy").exists()
