"""The model in use: the model of runs whose form and settings name none."""

from __future__ import annotations

from transcription.contract import keys, utc_time
from transcription.contract.default_model import DefaultModel, read_default_model
from transcription.contract.errors import RecordInvalid
from transcription.contract.teaching_errors import ModelChoiceLost
from transcription.shared import record_version
from transcription.shared.bucket import Bucket


def read(bucket: Bucket) -> DefaultModel:
    """Return the record of the model in use.

    Raises:
        DefaultModelInvalid: the record is damaged.
    """
    return read_default_model(bucket.read(keys.DEFAULT_MODEL), bucket.uri(keys.DEFAULT_MODEL))


def use(bucket: Bucket, model: str, seen: str, *, by: str, reason: str) -> DefaultModel:
    """Let runs that choose no model use this one, if nobody has chosen another one meanwhile.

    Args:
        bucket: the audio bucket.
        model: the name of the model.
        seen: the model that was in use when the decision was made.
        by: the person or the DAG run that chooses.
        reason: why.

    Returns:
        The record that was written, or the present one if the model is in use already.

    Raises:
        DefaultModelInvalid: the record is damaged.
        ModelChoiceLost: another model is in use than `seen`, or somebody chooses one at this moment.
    """
    stored = _find(bucket)
    record = stored.record if stored else DefaultModel()
    if record.model == model:
        return record
    if record.model == seen:
        changed = record.changed_to(model, changed=utc_time.now(), by=by, reason=reason)
        if record_version.replace(bucket, keys.DEFAULT_MODEL, changed, stored.etag if stored else None):
            return changed
        # S3's answer may have been lost, so that botocore wrote the record and sent the request again.
        record = read(bucket)
        if record == changed:
            return record
    raise ModelChoiceLost(
        f"The model {model or 'of the container image'} is not used, because somebody chose another one meanwhile: "
        f"{record.model or 'that of the container image'}. If you want it, choose it on the page Models."
    )


def _find(bucket: Bucket) -> record_version.RecordVersion[DefaultModel] | None:
    try:
        return record_version.find(bucket, DefaultModel, keys.DEFAULT_MODEL)
    except RecordInvalid:
        read(bucket)  # raises the error with advice
        raise
