"""The permissions of the container that transcribes, of the tasks of the DAG, and of the pages in the web server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from infra.grants import Permission
from transcription.contract import keys

#: For a missing key, S3 answers 404 only to a caller who may list the bucket; others get 403, which would end a run. S3
#: checks that permission without a prefix, so a plain condition on the prefix would fail: hence `IfExists`. It also
#: allows a listing without any prefix, which shows names of objects but no content.
#: Source: Amazon S3 API Reference, GetObject, "Permissions".
_PREFIX_CONDITION = "StringLikeIfExists"


def container_permissions(bucket: str) -> list[Permission]:
    """List the permissions of the container, for the calls of `transcriber.shard.store`.

    Args:
        bucket: The ARN of the audio bucket.
    """
    records = f"{keys.RUNS_FOLDER}*/results/"
    return [
        objects(
            bucket, ["s3:GetObject"], [keys.INPUT_FOLDER, keys.MODELS_FOLDER, f"{keys.RUNS_FOLDER}*/manifest/", records]
        ),
        objects(
            bucket,
            ["s3:PutObject"],
            [keys.OUTPUT_FOLDER, keys.LISTENING_FOLDER, records, f"{keys.RUNS_FOLDER}*/reasons/"],
        ),
        # To find the models, and the files of a model.
        listing(bucket, [keys.MODELS_FOLDER]),
    ]


def task_permissions(bucket: str) -> list[Permission]:
    """List the permissions of the tasks in S3, for the calls of `transcription.shared.bucket` and of the sensor.

    Args:
        bucket: The ARN of the audio bucket.
    """
    moved = [keys.PROCESSED_FOLDER, keys.FAILED_FOLDER]
    return [
        objects(
            bucket,
            ["s3:GetObject"],
            [keys.INPUT_FOLDER, keys.OUTPUT_FOLDER, keys.RUNS_FOLDER, keys.MODELS_FOLDER, *moved],
        ),
        objects(bucket, ["s3:PutObject"], [keys.RUNS_FOLDER, *moved]),
        # A copy includes tags and annotations. If an object has some, S3 refuses the copy without these permissions.
        # Source: Amazon S3 API Reference, CopyObject, `x-amz-tagging-directive`, `x-amz-object-annotation-directive`.
        objects(bucket, ["s3:GetObjectTagging", "s3:GetObjectAnnotation"], [keys.INPUT_FOLDER]),
        objects(bucket, ["s3:PutObjectTagging", "s3:PutObjectAnnotation"], moved),
        # Files above 5 GB are copied in parts; a copy that fails is aborted.
        objects(bucket, ["s3:AbortMultipartUpload"], moved),
        # Without s3:DeleteObjectVersion, so that a deleted object can be restored.
        objects(bucket, ["s3:DeleteObject"], [keys.INPUT_FOLDER]),
        # A run releases its lease. Of all records of runs, only this one is ever deleted.
        Permission(["s3:DeleteObject"], [f"{bucket}/{keys.LEASE}"]),
        listing(bucket, [keys.INPUT_FOLDER, keys.OUTPUT_FOLDER, keys.RUNS_FOLDER, keys.MODELS_FOLDER]),
    ]


def page_permissions(bucket: str, log_group: str) -> list[Permission]:
    """List the permissions that the pages in Airflow's web server need besides those of the tasks.

    MWAA has one role for the web server and the tasks.

    Args:
        bucket: The ARN of the audio bucket.
        log_group: The ARN pattern of the log streams of the containers.
    """
    return [
        # Corrections are read and written; uploads and failed files go to `input/`.
        objects(
            bucket,
            ["s3:GetObject"],
            [keys.CORRECTED_FOLDER, keys.LISTENING_FOLDER, keys.TEACHING_FOLDER, keys.EVALUATIONS_FOLDER],
        ),
        objects(bucket, ["s3:PutObject"], [keys.CORRECTED_FOLDER, keys.INPUT_FOLDER]),
        # Of all below `models/`, the pages write only which model is in use.
        Permission(["s3:PutObject"], [f"{bucket}/{keys.DEFAULT_MODEL}"]),
        # The errors that corrections show.
        Permission(["s3:PutObject"], [f"{bucket}/{keys.CORRECTED_ERRORS}"]),
        # An upload in parts continues where it stopped, or is given up.
        objects(bucket, ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], [keys.INPUT_FOLDER]),
        objects(bucket, ["s3:GetObjectTagging", "s3:GetObjectAnnotation"], [keys.FAILED_FOLDER]),
        objects(bucket, ["s3:PutObjectTagging", "s3:PutObjectAnnotation"], [keys.INPUT_FOLDER]),
        objects(bucket, ["s3:DeleteObject"], [keys.FAILED_FOLDER]),
        listing(bucket, [keys.CORRECTED_FOLDER, keys.FAILED_FOLDER, keys.TEACHING_FOLDER]),
        Permission(["logs:GetLogEvents"], [log_group], "Each child of a Batch job has a log stream of its own."),
    ]


def submitter_permissions(queue: str, definitions: Sequence[str], jobs: str) -> list[Permission]:
    """List the permissions of the tasks in AWS Batch, for the calls of `transcription.shared.batch_queue`.

    Args:
        queue: The ARN of the job queue.
        definitions: The ARNs of the job definitions, without a revision.
        jobs: The ARN pattern of all jobs.
    """
    return [
        Permission(
            ["batch:SubmitJob"],
            [queue, *(arn for definition in definitions for arn in (definition, f"{definition}:*"))],
            "Every revision of these job definitions.",
        ),
        Permission(
            ["batch:TerminateJob"],
            [jobs],
            "The ARN of a job contains a random id. The only condition that AWS offers for jobs is tags, and the "
            "submitter itself sets those.",
        ),
        Permission(
            ["batch:DescribeJobs", "batch:ListJobs"],
            ["*"],
            "AWS allows these for all jobs or none (Service Authorization Reference, AWS Batch).",
        ),
    ]


def notifier_permissions(topic: str, key: str) -> list[Permission]:
    """List the permissions of the tasks to send alerts, for the calls of `transcription.report.alerts`.

    Args:
        topic: The ARN of the alert topic.
        key: The ARN of the key that encrypts the topic's messages.
    """
    return [
        Permission(["sns:Publish"], [topic]),
        Permission(["kms:Decrypt", "kms:GenerateDataKey"], [key]),
    ]


def upload_watcher_permissions(queue: str) -> list[Permission]:
    """List the permissions of Airflow's triggerer, for the calls of `upload_watcher.upload_trigger`.

    Args:
        queue: The ARN of the queue of uploads.
    """
    return [Permission(["sqs:ReceiveMessage", "sqs:DeleteMessage"], [queue])]


def objects(bucket: str, actions: Sequence[str], prefixes: Iterable[str]) -> Permission:
    """Return the permission for actions on all objects below some prefixes."""
    resources = [f"{bucket}/{prefix}*" for prefix in prefixes]
    return Permission(actions, resources, "Any file of this part of the bucket; people name the files.")


def listing(bucket: str, prefixes: Iterable[str]) -> Permission:
    """Return the permission to list the bucket below some prefixes."""
    patterns = [f"{prefix}*" for prefix in prefixes]
    return Permission(["s3:ListBucket"], [bucket], conditions={_PREFIX_CONDITION: {"s3:prefix": patterns}})
