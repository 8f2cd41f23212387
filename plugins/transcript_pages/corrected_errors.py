"""The record of the errors that corrections show, by recording. It is one object, which a page reads at once."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from transcript_pages.audio_bucket import AudioBucket, ObjectChanged
from transcript_pages.correction_measure import RecordingErrors, measure
from transcript_pages.recording_data import Recording
from transcription.contract import keys

log = logging.getLogger(__name__)

#: The record keeps this number of recordings: those that were saved last.
MOST_RECORDINGS = 10_000
#: Other people may save at the same time; then the change is made again.
_ATTEMPTS = 10


class CorrectedErrors(BaseModel):
    """The errors that corrections show, by recording."""

    #: By the name of the recording, the one that was saved last at the end.
    recordings: dict[str, RecordingErrors] = {}


@dataclass(frozen=True)
class ModelErrors:
    """What corrections of a month say about a model."""

    model: str
    month: str
    recordings: int
    words: int
    errors: int

    @property
    def word_error_rate(self) -> float | None:
        """In per cent; None without words."""
        return 100 * self.errors / self.words if self.words else None


def read(bucket: AudioBucket) -> CorrectedErrors:
    """Return the record, with one request to S3. A damaged one counts as empty."""
    return _load(bucket)[0]


def by_model(record: CorrectedErrors) -> Sequence[ModelErrors]:
    """Return the errors by month and model, the newest month first."""
    groups: dict[tuple[str, str], list[RecordingErrors]] = defaultdict(list)
    for errors in record.recordings.values():
        groups[errors.month, errors.model].append(errors)
    return list(_rows(groups))


def note(bucket: AudioBucket, name: str, recording: Recording) -> None:
    """Write down the errors that a saved correction shows. Without a checked segment, the recording has no entry.

    A correction of an earlier transcript says nothing about the present one, so its entry stays as it is.

    Args:
        bucket: the bucket.
        name: the name of the recording.
        recording: the recording with its transcript and the saved correction.
    """
    if recording.machine is None or recording.saved is None or recording.is_older:
        return
    errors = measure(recording.machine, recording.saved.correction)
    for _ in range(_ATTEMPTS):
        record, etag = _load(bucket)
        record.recordings.pop(name, None)
        if errors.checked:
            record.recordings[name] = errors
        for oldest in list(record.recordings)[:-MOST_RECORDINGS]:
            del record.recordings[oldest]
        try:
            bucket.replace_json(keys.CORRECTED_ERRORS, record.model_dump_json().encode(), etag)
        except ObjectChanged:
            continue
        return
    log.warning("The errors of %r are not in %s: others wrote it all the time.", name, keys.CORRECTED_ERRORS)


def _load(bucket: AudioBucket) -> tuple[CorrectedErrors, str | None]:
    """Return the record, and the ETag of its object or None."""
    answer = bucket.get(keys.CORRECTED_ERRORS)
    if answer is None:
        return CorrectedErrors(), None
    try:
        return CorrectedErrors.model_validate_json(answer["Body"].read()), answer["ETag"]
    except ValidationError:
        log.warning("%s is damaged. It is made again as people correct.", keys.CORRECTED_ERRORS)
        return CorrectedErrors(), answer["ETag"]


def _rows(groups: dict[tuple[str, str], list[RecordingErrors]]) -> Iterator[ModelErrors]:
    for month, model in sorted(groups, reverse=True):
        group = groups[month, model]
        words, errors = sum(entry.words for entry in group), sum(entry.errors for entry in group)
        yield ModelErrors(model, month, len(group), words, errors)
