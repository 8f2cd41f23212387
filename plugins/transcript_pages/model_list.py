"""The models in the bucket, with what they were taught from and what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from transcript_pages.audio_bucket import AudioBucket
from transcript_pages.run_start import models
from transcription.contract import keys

#: Number of models that the page shows.
SHOWN = 100
#: Number of requests to S3 at once.
_CONCURRENCY = 16
#: More of a file is not read, in bytes.
_LIMIT = 20 * 2**20


class ErrorRates(BaseModel):
    """Word error rates of a model and of its base model, in per cent."""

    old: float
    new: float


class Decision(BaseModel):
    """What the trainer decided, and why."""

    verdict: str
    reason: str


class Report(BaseModel):
    """The part of the trainer's `report.json` that the page shows."""

    decision: Decision
    #: By the name of the set: `test`, and the guard sets.
    word_error_rate: Mapping[str, ErrorRates]


class Lineage(BaseModel):
    """The part of a lineage that the page shows."""

    base: str = ""


class _ModelFile(BaseModel):
    """The part of `model.json` that the page shows."""

    lineage: Lineage = Lineage()


@dataclass(frozen=True)
class Model:
    """A model in the bucket."""

    name: str
    #: The name of the model from which it was taught; empty if it was not taught.
    base: str
    report: Report | None


def list_models(bucket: AudioBucket) -> Sequence[Model]:
    """Return the first `SHOWN` models by name. Files that are missing or of another form count as no information."""
    names = models(bucket)[:SHOWN]
    with ThreadPoolExecutor(_CONCURRENCY) as pool:
        return list(pool.map(lambda name: _describe(bucket, name), names))


def _describe(bucket: AudioBucket, name: str) -> Model:
    file = _read(bucket, keys.model_json(name), _ModelFile) or _ModelFile()
    return Model(name, file.lineage.base, _read(bucket, keys.teaching_report(name), Report))


def _read[Document: BaseModel](bucket: AudioBucket, key: str, kind: type[Document]) -> Document | None:
    answer = bucket.get(key)
    if answer is None:
        return None
    try:
        return kind.model_validate_json(answer["Body"].read(_LIMIT))
    except ValidationError:
        return None
