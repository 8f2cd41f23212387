"""A page of a large evaluation makes objects only of the recordings that it shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.dags.evaluations import make_result
from transcript_pages.stored_result import StoredResult
from transcription.contract import records
from transcription.contract.errors import RecordInvalid
from transcription.contract.evaluation import ModelResult

KEY = "runs/x/evaluation/court-1/result.json"


@pytest.fixture
def document() -> dict[str, Any]:
    """Return the JSON of a result with ten recordings, of which number `i` has `i` errors."""
    return records.document(ModelResult, records.dump(make_result("court-1", 10)), KEY)


def numbers(result: ModelResult | None) -> list[int]:
    assert result is not None
    return [recording.mistakes.errors for recording in result.recordings]


def test_the_recordings_with_the_most_errors_are_first(document: dict[str, Any]) -> None:
    stored = StoredResult(document, KEY)
    assert stored.count == 10
    assert numbers(stored.with_most_errors(0, 3)) == [9, 8, 7]
    assert numbers(stored.with_most_errors(8, 3)) == [1, 0]


def test_the_recordings_of_another_model_are_found_by_their_places(document: dict[str, Any]) -> None:
    stored = StoredResult(document, KEY)
    worst = stored.with_most_errors(7, 2)
    assert worst is not None
    assert numbers(stored.of_places({recording.place for recording in worst.recordings})) == [1, 2]


def test_only_what_is_shown_is_checked(document: dict[str, Any]) -> None:
    document["recordings"][0]["changes"] = "no list"
    stored = StoredResult(document, KEY)
    assert numbers(stored.with_most_errors(0, 9)) == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert stored.with_most_errors(0, 10) is None


@pytest.mark.parametrize("recordings", [None, "text", [1]])
def test_a_record_without_a_list_of_recordings_is_damaged(document: dict[str, Any], recordings: object) -> None:
    with pytest.raises(RecordInvalid, match="court-1"):
        StoredResult(json.loads(json.dumps(document | {"recordings": recordings})), KEY)
