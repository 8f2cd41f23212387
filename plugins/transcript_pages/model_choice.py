"""The choice of the model in use. A choice that somebody else made meanwhile is never overwritten."""

from __future__ import annotations

from typing import NamedTuple

from transcript_pages.audio_bucket import AudioBucket, ObjectChanged
from transcription.contract import keys, records, utc_time
from transcription.contract.default_model import DefaultModel, read_default_model
from transcription.contract.errors import DefaultModelInvalid


class SavedChoice(NamedTuple):
    """The record of the model in use as it is in the bucket."""

    record: DefaultModel
    #: The ETag of the object; empty if there is none.
    etag: str
    #: What is wrong with the object; empty if it is a valid record.
    damage: str = ""


class ChoiceChanged(Exception):
    """Raised when another model is in use than the one that a person saw."""


def find(bucket: AudioBucket) -> SavedChoice:
    """Return the record of the model in use. A damaged record counts as an empty one."""
    answer = bucket.get(keys.DEFAULT_MODEL)
    if answer is None:
        return SavedChoice(DefaultModel(), "")
    etag = answer["ETag"].strip('"')
    try:
        return SavedChoice(read_default_model(answer["Body"].read(), keys.DEFAULT_MODEL), etag)
    except DefaultModelInvalid as error:
        return SavedChoice(DefaultModel(), etag, error.message)


def choose(bucket: AudioBucket, model: str, *, seen: str, by: str, reason: str) -> None:
    """Let runs that choose no model use this one.

    Args:
        bucket: the bucket.
        model: the name of the model; empty for the one in the container image.
        seen: the ETag of the record that the person saw; empty if there was none.
        by: the name of the person.
        reason: why.

    Raises:
        ChoiceChanged: the record in the bucket is another one.
    """
    saved = find(bucket)
    if saved.etag != seen:
        raise ChoiceChanged
    record = saved.record.changed_to(model, changed=utc_time.now(), by=by, reason=reason)
    try:
        bucket.replace_json(keys.DEFAULT_MODEL, records.dump(record), f'"{seen}"' if seen else None)
    except ObjectChanged as error:
        raise ChoiceChanged from error
