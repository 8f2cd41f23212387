"""The stored results of an evaluation: its outcome, and the result of each model, of which a page shows a part."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from transcript_pages.audio_bucket import AudioBucket
from transcription.contract import records
from transcription.contract.errors import RecordInvalid
from transcription.contract.evaluation import EvaluationOutcome, ModelResult
from transcription.contract.run_keys import RunKeys
from transcription.contract.word_errors import WordErrors

#: What identifies a recording or a part of it: `HeardRecording.place`.
Place = tuple[str, float | None, float | None]


class StoredResult:
    """A record `ModelResult` in the bucket, of which only a part is made an object and checked.

    The record of 10,000 recordings has 10 MB. To read its JSON takes 0.06 s, to make an object of it 0.6 s.

    Args:
        document: the JSON of the record.
        key: its key, for errors.

    Raises:
        RecordInvalid: the document has no list of recordings.
    """

    def __init__(self, document: dict[str, Any], key: str) -> None:
        self._document = document
        self._key = key
        # Of a `dict` without types, `parse` does not look at the values.
        kind = tuple[dict, ...]  # type: ignore[type-arg]
        self._recordings: tuple[dict[str, Any], ...] = records.parse(kind, document.get("recordings"), key)

    @property
    def count(self) -> int:
        """Number of all recordings."""
        return len(self._recordings)

    def with_most_errors(self, start: int, count: int) -> ModelResult | None:
        """Return the result with `count` of its recordings: those after the `start` recordings with the most errors.

        Returns:
            The result, or `None` if the record is damaged.
        """
        return self._part(lambda: sorted(self._recordings, key=self._errors, reverse=True)[start : start + count])

    def of_places(self, places: Collection[Place]) -> ModelResult | None:
        """Return the result with the recordings of some places, or `None` if the record is damaged."""
        return self._part(lambda: [fields for fields in self._recordings if _place(fields) in places])

    def _part(self, choose: Callable[[], list[dict[str, Any]]]) -> ModelResult | None:
        try:
            part: ModelResult = records.parse(ModelResult, {**self._document, "recordings": choose()}, self._key)
        except RecordInvalid:
            return None
        return part

    def _errors(self, fields: dict[str, Any]) -> int:
        mistakes: WordErrors = records.parse(WordErrors, fields.get("mistakes"), self._key)
        return mistakes.errors


def _place(fields: dict[str, Any]) -> Any:
    return fields.get("key"), fields.get("start"), fields.get("end")


def read_result(bucket: AudioBucket, run: str, model: str) -> StoredResult | None:
    """Return the result of a model, or `None` if there is none or it is damaged.

    Args:
        bucket: the bucket.
        run: the name of the run.
        model: the name of the model.
    """
    key = RunKeys(run).evaluated_model(model)
    return _read(bucket, key, lambda data: StoredResult(records.document(ModelResult, data, key), key))


def read_outcome(bucket: AudioBucket, run: str) -> EvaluationOutcome | None:
    """Return the outcome of an evaluation, or `None` if there is none or it is damaged."""
    key = RunKeys(run).evaluation("outcome.json")
    return _read(bucket, key, lambda data: records.load(EvaluationOutcome, data, key))


def _read[Stored](bucket: AudioBucket, key: str, load: Callable[[bytes], Stored]) -> Stored | None:
    data = bucket.read(key)
    if data is None:
        return None
    try:
        return load(data)
    except RecordInvalid:
        return None
