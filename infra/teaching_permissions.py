"""The permissions of the container that teaches and evaluates models, and those that the tasks need besides."""

from __future__ import annotations

from infra.grants import Permission
from infra.permissions import listing, objects
from transcription.contract import keys

#: The folders of all runs, each of which has folders for the records and for the checkpoints of a teaching.
_RECORDS = f"{keys.RUNS_FOLDER}*/teaching/"
_CHECKPOINTS = f"{keys.RUNS_FOLDER}*/checkpoints/"
#: The folders of new models, whose names end with a number. `models/default.json` is in none of them.
_NEW_MODELS = f"{keys.MODELS_FOLDER}*-*/"
#: The folders of all evaluations. What corrections show is in none of them.
_EVALUATIONS = f"{keys.EVALUATIONS_FOLDER}*/"


def trainer_permissions(bucket: str) -> list[Permission]:
    """List the permissions of the container, for the calls of `bucket_access`.

    Args:
        bucket: The ARN of the audio bucket.
    """
    learned = [
        keys.TEACHING_FOLDER,
        keys.CORRECTED_FOLDER,
        keys.PROCESSED_FOLDER,
        keys.INPUT_FOLDER,
        keys.MODELS_FOLDER,
    ]
    return [
        objects(bucket, ["s3:GetObject"], [*learned, _RECORDS, _CHECKPOINTS, _EVALUATIONS]),
        objects(bucket, ["s3:PutObject"], [_NEW_MODELS, _RECORDS, _CHECKPOINTS, _EVALUATIONS]),
        # Checkpoints of large models are uploaded in parts. They are deleted when the outcome is written.
        objects(bucket, ["s3:AbortMultipartUpload"], [_RECORDS, _CHECKPOINTS, _EVALUATIONS]),
        objects(bucket, ["s3:DeleteObject"], [_CHECKPOINTS]),
        listing(bucket, [*learned, _CHECKPOINTS]),
    ]


def teaching_task_permissions(bucket: str) -> list[Permission]:
    """List what `teach_model` and `evaluate_models` need besides the tasks of `transcribe_audio` and the pages.

    The pages, which have the same role, may list and read what is taught, and choose the model in use.

    Args:
        bucket: The ARN of the audio bucket.
    """
    orders = f"{bucket}/{_EVALUATIONS}order.json"
    return [Permission(["s3:PutObject"], [orders], "The order of any evaluation; each has a folder.")]
