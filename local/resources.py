"""The resources that `cdk deploy` creates in a real account, created in the local AWS."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from infra import job, upload_rule
from local.aws_client import REGION, batch_client, ec2_client, s3_client, sns_client
from local.paths import DEMO_MODEL, IMAGE_ENV, KENLM, ROOT, TRAINER_ENV
from standin.account import ACCOUNT_ID
from transcription.contract import keys

if TYPE_CHECKING:
    from mypy_boto3_batch.type_defs import (
        ContainerPropertiesUnionTypeDef,
        KeyValuePairTypeDef,
        RetryStrategyUnionTypeDef,
    )
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import BucketLifecycleConfigurationTypeDef, CORSConfigurationTypeDef

BUCKET = "recordings"
QUEUE = "transcription"
JOB_DEFINITION = "transcribe"
TEACH_JOB_DEFINITION = "teach"
ALERT_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:transcription-alerts"
IMAGE = "localhost/deepspeech-transcriber:demo"
TRAINER_IMAGE = "localhost/deepspeech-trainer"
#: The vCPUs of each child.
VCPUS = "1"
#: The memory of each child that transcribes, in MiB.
_MEMORY = 2048
#: The number of cores of this machine. As many children can run at once.
CORES = len(os.sched_getaffinity(0))
#: The largest number of children of a job. It is two even on one core, because an array job has at least two children.
CHILDREN = max(2, CORES)

#: The lifecycle of the bucket's objects. Only the records of runs expire.
LIFECYCLE: BucketLifecycleConfigurationTypeDef = {
    "Rules": [
        {
            "ID": "runs",
            "Status": "Enabled",
            "Filter": {"Prefix": keys.RUNS_FOLDER},
            "Expiration": {"Days": job.RUN_RECORD_DAYS},
            "NoncurrentVersionExpiration": {"NoncurrentDays": job.RUN_RECORD_VERSION_DAYS},
        }
    ]
}
#: The requests of web pages that the bucket answers: uploads.
UPLOADS: CORSConfigurationTypeDef = {
    "CORSRules": [
        {
            "AllowedOrigins": upload_rule.ORIGINS,
            "AllowedMethods": upload_rule.METHODS,
            "AllowedHeaders": upload_rule.HEADERS,
            "MaxAgeSeconds": upload_rule.MAX_AGE,
        }
    ]
}


def create_resources(endpoint: str, *, container: bool, s3_environment: Mapping[str, str] | None = None) -> None:
    """Create the bucket, the topic for alerts, the compute environment, the queue and the job definitions.

    Args:
        endpoint: The URL of the local AWS.
        container: Whether jobs run in the container image, which contains a model. Otherwise they use the demo model of
            this checkout.
        s3_environment: Variables with which jobs connect to another S3 server. If given, that server holds the bucket.
    """
    s3_environment = s3_environment or {}
    s3 = s3_client(s3_environment.get("AWS_ENDPOINT_URL_S3", endpoint))
    create_bucket(s3, uploads=not s3_environment)  # the pages are not used with other servers
    sns_client(endpoint).create_topic(Name=ALERT_TOPIC.rpartition(":")[2])
    batch = batch_client(endpoint)
    network = ec2_client(endpoint)
    environment = batch.create_compute_environment(
        computeEnvironmentName=QUEUE,
        type="MANAGED",
        computeResources={
            "type": "FARGATE_SPOT",  # the type for which moto needs the fewest arguments
            "maxvCpus": CORES,
            # Batch requires a network, but the stand-in runs nothing in it.
            "subnets": [network.describe_subnets()["Subnets"][0]["SubnetId"]],
            "securityGroupIds": [network.describe_security_groups()["SecurityGroups"][0]["GroupId"]],
        },
    )
    batch.create_job_queue(
        jobQueueName=QUEUE,
        priority=1,
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}],
    )
    batch.register_job_definition(
        jobDefinitionName=JOB_DEFINITION,
        type="container",
        containerProperties=_container(container, s3_environment),
        retryStrategy=cast("RetryStrategyUnionTypeDef", job.RETRY_STRATEGY),
        timeout={"attemptDurationSeconds": job.TIMEOUT},
    )
    batch.register_job_definition(
        jobDefinitionName=TEACH_JOB_DEFINITION,
        type="container",
        containerProperties=_trainer(container, s3_environment),
        retryStrategy=cast("RetryStrategyUnionTypeDef", job.TEACH_RETRY_STRATEGY),
        timeout={"attemptDurationSeconds": job.TIMEOUT},
    )


def can_teach() -> bool:
    """Return whether the trainer is installed here, as `make teach` installs it."""
    return (TRAINER_ENV / "ready").exists()


def create_bucket(s3: S3Client, *, uploads: bool = True) -> None:
    """Create the bucket with its settings.

    Args:
        s3: The client of the server that holds the bucket.
        uploads: Whether web pages may upload to the bucket.
    """
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration=LIFECYCLE)
    if uploads:
        s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration=UPLOADS)


def _container(container: bool, s3_environment: Mapping[str, str]) -> ContainerPropertiesUnionTypeDef:
    variables = {**job.environment(int(VCPUS), REGION), **s3_environment}
    if not container:
        variables["TRANSCRIBER_MODEL"] = str(DEMO_MODEL)
    return _properties(IMAGE, job.command(BUCKET), variables, memory=_MEMORY)


def _trainer(container: bool, s3_environment: Mapping[str, str]) -> ContainerPropertiesUnionTypeDef:
    variables, command = {**job.teach_environment(REGION), **s3_environment}, job.teach_command(BUCKET)
    if not container:
        # A process has the transcriber's Python in its path, and the trainer needs its own.
        command = [str(TRAINER_ENV / "bin" / "python"), *command[1:]]
        modules = (ROOT / "dags", ROOT / "transcriber_image", ROOT / "trainer_image")
        variables |= {
            "PYTHONPATH": os.pathsep.join(map(str, modules)),
            "TRANSCRIBER_PYTHON": str(IMAGE_ENV / "bin" / "python"),
            "KENLM": str(KENLM),
        }
    return _properties(TRAINER_IMAGE, command, variables, memory=job.TEACH_MEMORY)


def _properties(
    image: str, command: list[str], variables: Mapping[str, str], *, memory: int
) -> ContainerPropertiesUnionTypeDef:
    """Return the properties of a container that has one vCPU, writes to /tmp only, and logs to CloudWatch.

    `memory` is its limit in MiB, which the files in /tmp are part of.
    """
    environment: list[KeyValuePairTypeDef] = [{"name": name, "value": value} for name, value in variables.items()]
    return {
        "image": image,
        "command": command,
        "environment": environment,
        "resourceRequirements": [{"type": "VCPU", "value": VCPUS}, {"type": "MEMORY", "value": str(memory)}],
        "readonlyRootFilesystem": True,
        "linuxParameters": {
            "initProcessEnabled": True,
            "tmpfs": [{"containerPath": "/tmp", "size": 2048}],  # noqa: S108 - the container's own
        },
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": "/aws/batch/transcription", "awslogs-region": REGION},
        },
    }
