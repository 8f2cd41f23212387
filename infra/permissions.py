"""What each program may do, in one place: the container that transcribes, and the tasks of the DAG."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.acknowledge import acknowledge
from transcription.contract import keys

#: S3 answers 404 for a key that is not there only to those who may list the bucket; to all others 403, which would end
#: a run. Such a request has no prefix, and a condition on it would not hold: hence `IfExists`. What is allowed by that
#: beyond the prefixes is a listing that names none at all, of names and not of content.
#: Source: Amazon S3 API Reference, GetObject, "Permissions".
_PREFIX = "StringLikeIfExists"


@dataclass(frozen=True)
class Permission:
    """Actions that are allowed, and why there is a `*` in them or in their resources, where there is one."""

    actions: Sequence[str]
    resources: Sequence[str]
    why: str = ""
    conditions: Mapping[str, Any] = field(default_factory=dict)
    #: Whether it is for everything but `resources`.
    elsewhere: bool = False


def grant(role: iam.Role, permissions: Iterable[Permission]) -> None:
    """Give a role some permissions, and settle with their reasons what cdk-nag finds in them."""
    for each in permissions:
        role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=list(each.actions),
                resources=None if each.elsewhere else list(each.resources),
                not_resources=list(each.resources) if each.elsewhere else None,
                conditions=dict(each.conditions),
            )
        )
        wide = [f"Action::{action}" for action in each.actions if "*" in action]
        named = [] if each.elsewhere else [flatten(Stack.of(role).resolve(resource)) for resource in each.resources]
        wide += [f"Resource::{resource}" for resource in named if "*" in resource]
        acknowledge(role, {f"AwsSolutions-IAM5[{finding}]": each.why for finding in wide})


def flatten(resource: Any) -> str:
    """A resource as cdk-nag writes it: `arn:<AWS::Partition>:…`."""
    match resource:
        case str():
            return resource
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(flatten(part) for part in parts)
        case {"Fn::ImportValue": str(name)}:
            return name
        case {"Ref": str(name)}:
            return f"<{name}>"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"<{name}.{attribute}>"
    raise ValueError(f"{resource!r} is no resource of a policy")


def of_container(bucket: str) -> list[Permission]:
    """What `transcriber.shard.store` does in the bucket of this ARN."""
    records = f"{keys.RUNS_FOLDER}*/results/"
    return [
        _objects(
            bucket, ["s3:GetObject"], [keys.INPUT_FOLDER, keys.MODELS_FOLDER, f"{keys.RUNS_FOLDER}*/manifest/", records]
        ),
        _objects(bucket, ["s3:PutObject"], [keys.OUTPUT_FOLDER, records]),
        # A model's files, and which models there are.
        _listing(bucket, [keys.MODELS_FOLDER]),
    ]


def of_tasks(bucket: str) -> list[Permission]:
    """What `transcription.shared.bucket` and the sensor do in the bucket of this ARN."""
    moved = [keys.PROCESSED_FOLDER, keys.FAILED_FOLDER]
    return [
        _objects(bucket, ["s3:GetObject"], [keys.INPUT_FOLDER, keys.OUTPUT_FOLDER, keys.RUNS_FOLDER, *moved]),
        _objects(bucket, ["s3:PutObject"], [keys.RUNS_FOLDER, *moved]),
        # A copy takes tags and annotations along, and is refused without these where there are any.
        # Source: Amazon S3 API Reference, CopyObject, `x-amz-tagging-directive`, `x-amz-object-annotation-directive`.
        _objects(bucket, ["s3:GetObjectTagging", "s3:GetObjectAnnotation"], [keys.INPUT_FOLDER]),
        _objects(bucket, ["s3:PutObjectTagging", "s3:PutObjectAnnotation"], moved),
        # Copies above 5 GB are made in parts, and given up where one fails.
        _objects(bucket, ["s3:AbortMultipartUpload"], moved),
        # Without s3:DeleteObjectVersion: what is deleted can be restored.
        _objects(bucket, ["s3:DeleteObject"], [keys.INPUT_FOLDER]),
        _listing(bucket, [keys.INPUT_FOLDER, keys.OUTPUT_FOLDER, keys.RUNS_FOLDER, keys.MODELS_FOLDER]),
    ]


def of_submitter(queue: str, definition: str, jobs: str) -> list[Permission]:
    """What `transcription.shared.batch_queue` does with a queue and a definition; `jobs` is the ARN of all jobs."""
    return [
        Permission(
            ["batch:SubmitJob"], [queue, definition, f"{definition}:*"], "Every revision of this job definition."
        ),
        Permission(
            ["batch:TerminateJob"],
            [jobs],
            "A job's ARN is an id by chance. AWS knows one condition for it, tags, and those only its submitter sets.",
        ),
        Permission(
            ["batch:DescribeJobs", "batch:ListJobs"],
            ["*"],
            "AWS allows these for all jobs or none (Service Authorization Reference, AWS Batch).",
        ),
    ]


def of_notifier(topic: str, key: str) -> list[Permission]:
    """What `transcription.report.alerts` does with the topic, which is encrypted with a key of its own."""
    return [
        Permission(["sns:Publish"], [topic]),
        Permission(["kms:Decrypt", "kms:GenerateDataKey"], [key]),
    ]


def _objects(bucket: str, actions: Sequence[str], prefixes: Iterable[str]) -> Permission:
    resources = [f"{bucket}/{prefix}*" for prefix in prefixes]
    return Permission(actions, resources, "Any file of this part of the bucket; people name the files.")


def _listing(bucket: str, prefixes: Iterable[str]) -> Permission:
    return Permission(
        ["s3:ListBucket"], [bucket], conditions={_PREFIX: {"s3:prefix": [f"{prefix}*" for prefix in prefixes]}}
    )
