"""The record of the model in use: its history, and the condition of each write."""

from __future__ import annotations

import pytest

from tests.support.dags.bucket_objects import upload
from transcription.contract import keys
from transcription.contract.default_model import DefaultModel, ModelChange
from transcription.contract.errors import DefaultModelInvalid
from transcription.contract.teaching_errors import ModelChoiceLost
from transcription.shared import model_in_use, record_version
from transcription.shared.bucket import Bucket


def use(bucket: Bucket, model: str, seen: str) -> DefaultModel:
    return model_in_use.use(bucket, model, seen, by="anna", reason=f"{model} is better")


def test_the_history_says_who_chose_which_model_instead_of_which(bucket: Bucket) -> None:
    use(bucket, "a-1", "")
    use(bucket, "a-2", "a-1")
    use(bucket, "a-1", "a-2")
    record = model_in_use.read(bucket)
    assert record.model == "a-1"
    assert [(change.model, change.previous) for change in record.changes] == [
        ("a-1", "a-2"),
        ("a-2", "a-1"),
        ("a-1", ""),
    ]
    assert {(change.by, change.changed[:2]) for change in record.changes} == {("anna", "20")}
    assert record.changes[1].reason == "a-2 is better"


def test_a_repeated_choice_adds_nothing(bucket: Bucket) -> None:
    """A retried task finds what it wrote."""
    first = use(bucket, "a-1", "")
    assert use(bucket, "a-1", "") == first


def test_a_choice_by_somebody_else_is_never_overwritten(bucket: Bucket) -> None:
    use(bucket, "a-1", "")
    with pytest.raises(ModelChoiceLost, match=r"a-2 is not used.*another one meanwhile: a-1"):
        use(bucket, "a-2", "")
    assert model_in_use.read(bucket).model == "a-1"


def test_of_two_choices_at_once_one_wins(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes between reading and writing; the condition of the write notices that."""
    find = record_version.find
    other = DefaultModel("other", (ModelChange("other", "", "2026-11-22T01:00:00+00:00", "ben"),))

    def find_and_be_overtaken(*arguments: object) -> object:
        version = find(*arguments)  # type: ignore[arg-type]
        bucket.write_record(keys.DEFAULT_MODEL, other)
        return version

    monkeypatch.setattr(record_version, "find", find_and_be_overtaken)
    with pytest.raises(ModelChoiceLost, match="another one meanwhile: other"):
        use(bucket, "a-1", "")
    assert model_in_use.read(bucket) == other


def test_a_damaged_record_is_not_overwritten(bucket: Bucket) -> None:
    upload(bucket, keys.DEFAULT_MODEL, b"{")
    with pytest.raises(DefaultModelInvalid, match=r"is not JSON.*page Models"):
        use(bucket, "a-1", "")
    assert bucket.read(keys.DEFAULT_MODEL) == b"{"
