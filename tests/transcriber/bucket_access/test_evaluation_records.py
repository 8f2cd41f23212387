"""The records of an evaluation that runs as a Batch job: what each child finds, and what it leaves."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bucket_access import evaluation_records, job_records
from bucket_access.teaching_bucket import TeachingBucket
from tests.support.transcriber.shard_bucket import Bucket
from transcription.contract.correction import Basis, Correction, Segment
from transcription.contract.errors import ModelMissing, RecordMissing
from transcription.contract.evaluation import EvaluationData, EvaluationOrder
from transcription.contract.records import dump, load
from transcription.contract.run_keys import RunKeys
from transcription.contract.teaching_errors import SetMissing

RUN = "manual-1-0a1b2c3d"
KEYS = RunKeys(RUN)
ORDER = EvaluationOrder(RUN, "2026-11-22T01:00:07+00:00", ("court", "anna-1"), "anna")


@pytest.fixture
def evaluation(bucket: Bucket) -> TeachingBucket:
    """Return the bucket with two models, a set and an order, as the trainer sees it."""
    for name in ORDER.models:
        bucket.upload(f"models/{name}/{name}.pbmm", name.encode())
    bucket.upload("teaching/anna/a.wav", b"first")
    bucket.upload("teaching/anna/a.txt", b"yes")
    bucket.upload(KEYS.evaluation("order.json"), dump(ORDER))
    return TeachingBucket(bucket.name)


def files(folder: str) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file()}


def test_the_container_finds_out_that_its_run_is_an_evaluation(evaluation: TeachingBucket, tmp_path: Path) -> None:
    assert job_records.begin(evaluation, RUN, str(tmp_path)) == {"evaluation": True}
    with pytest.raises(RecordMissing):
        job_records.begin(evaluation, "manual-2-0a1b2c3d", str(tmp_path))


@pytest.mark.parametrize(("index", "name"), [(0, "court"), (1, "anna-1")])
def test_a_child_fetches_its_model_and_the_recordings(
    evaluation: TeachingBucket, tmp_path: Path, index: int, name: str
) -> None:
    begun = evaluation_records.begin_evaluation(evaluation, RUN, index, str(tmp_path))
    assert (begun["order"], begun["model"]) == (asdict(ORDER), name)
    assert files(begun["audio"]) == {"teaching/anna/a.wav", "teaching/anna/a.txt"}
    assert files(begun["base"]) == {f"{name}.pbmm"}


def test_all_children_hear_the_same_recordings(bucket: Bucket, evaluation: TeachingBucket, tmp_path: Path) -> None:
    evaluation_records.begin_evaluation(evaluation, RUN, 0, str(tmp_path / "first"))
    bucket.upload("teaching/anna/later.wav", b"uploaded later")
    begun = evaluation_records.begin_evaluation(evaluation, RUN, 1, str(tmp_path / "second"))
    assert files(begun["audio"]) == {"teaching/anna/a.wav", "teaching/anna/a.txt"}
    data = load(EvaluationData, evaluation.read(KEYS.evaluation("data.json")) or b"", "data")
    assert [entry.key for entry in data.objects] == ["teaching/anna/a.txt", "teaching/anna/a.wav"]


def test_a_model_with_a_result_fetches_nothing(evaluation: TeachingBucket, tmp_path: Path) -> None:
    (tmp_path / "result.json").write_bytes(b"result")
    evaluation_records.keep_result(evaluation, RUN, "court", str(tmp_path / "result.json"))
    begun = evaluation_records.begin_evaluation(evaluation, RUN, 0, str(tmp_path / "copy"))
    assert begun == {"order": asdict(ORDER)}
    assert not (tmp_path / "copy").exists()


def test_the_results_are_there_when_all_models_have_one(evaluation: TeachingBucket, tmp_path: Path) -> None:
    for name in ORDER.models:
        assert evaluation_records.fetch_results(evaluation, RUN, str(tmp_path / "all")) == {"results": []}
        (tmp_path / "result.json").write_text(name)
        evaluation_records.keep_result(evaluation, RUN, name, str(tmp_path / "result.json"))
    fetched = evaluation_records.fetch_results(evaluation, RUN, str(tmp_path / "all"))["results"]
    assert [Path(path).read_text() for path in fetched] == ["court", "anna-1"]


def test_the_outcome_is_written_after_the_report(
    evaluation: TeachingBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("report.md", "outcome.json"):
        (tmp_path / name).write_text(name)
    written: list[str] = []
    for method in ("upload", "write"):
        original = getattr(TeachingBucket, method)

        def keep(self: TeachingBucket, key: str, data: object, original: object = original) -> None:
            written.append(key)
            original(self, key, data)  # type: ignore[operator]

        monkeypatch.setattr(TeachingBucket, method, keep)
    evaluation_records.finish_evaluation(evaluation, RUN, str(tmp_path))
    assert written == [KEYS.evaluation("report.md"), KEYS.evaluation("outcome.json")]


def test_without_a_set_the_corrections_are_heard(bucket: Bucket, evaluation: TeachingBucket, tmp_path: Path) -> None:
    bucket.upload(KEYS.evaluation("order.json"), dump(replace(ORDER, set_name="")))
    with pytest.raises(SetMissing, match="Nobody has checked"):
        evaluation_records.begin_evaluation(evaluation, RUN, 0, str(tmp_path))
    segments = (Segment(0.0, 5.0, "stop", (), "checked"),)
    bucket.upload("corrected/talk.json", dump(Correction("talk.wav", 5.0, 0.5, Basis("0", "1"), (), segments)))
    bucket.upload("processed/talk.wav", b"audio")
    begun = evaluation_records.begin_evaluation(evaluation, RUN, 0, str(tmp_path))
    assert files(begun["audio"]) == {"corrected/talk.json", "processed/talk.wav"}


def test_what_is_missing_is_an_error_with_a_name(bucket: Bucket, evaluation: TeachingBucket, tmp_path: Path) -> None:
    with pytest.raises(RecordMissing):
        evaluation_records.begin_evaluation(evaluation, "no-order", 0, str(tmp_path))
    bucket.upload(KEYS.evaluation("order.json"), dump(replace(ORDER, models=("gone",))))
    with pytest.raises(ModelMissing):
        evaluation_records.begin_evaluation(evaluation, RUN, 0, str(tmp_path))
    bucket.upload(KEYS.evaluation("order.json"), dump(replace(ORDER, set_name="empty")))
    with pytest.raises(SetMissing, match="teaching/empty/ is empty"):
        evaluation_records.begin_evaluation(evaluation, RUN, 0, str(tmp_path))
