"""Corrections in the bucket. A version that somebody else saved is never overwritten."""

from __future__ import annotations

from typing import NamedTuple

from transcript_pages.audio_bucket import AudioBucket, ObjectChanged
from transcription.contract import keys, records
from transcription.contract.correction import Correction


class SavedCorrection(NamedTuple):
    """A correction as it is in the bucket, and the ETag of its object."""

    correction: Correction
    etag: str


class CorrectionChanged(Exception):
    """Raised when the correction in the bucket is not the one that a person changed."""


def find(bucket: AudioBucket, name: str) -> SavedCorrection | None:
    """Return the correction of a recording, or None if nobody corrected it.

    Raises:
        RecordInvalid: the object is no correction.
    """
    key = keys.corrected_json(name)
    answer = bucket.get(key)
    if answer is None:
        return None
    return SavedCorrection(records.load(Correction, answer["Body"].read(), key), answer["ETag"])


def save(bucket: AudioBucket, name: str, correction: Correction, etag: str | None) -> str:
    """Write a correction if the one in the bucket is unchanged, and return the new ETag.

    The state and the numbers of checked segments and unsure words are metadata of the object, so that a list of
    recordings does not have to read it.

    Args:
        bucket: the bucket.
        name: the name of the recording.
        correction: the correction.
        etag: the ETag that the object must have; None if there must be no object.

    Raises:
        CorrectionChanged: somebody else was first.
    """
    try:
        return bucket.replace_json(
            keys.corrected_json(name), records.dump(correction), etag, Metadata=dict(correction.summary)
        )
    except ObjectChanged as error:
        raise CorrectionChanged from error
