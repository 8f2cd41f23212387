"""What `cdk deploy` creates in a real account, created in the local one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from infra import job
from local.aws_client import REGION, batch_client, ec2_client, s3_client, sns_client
from local.paths import DEMO_MODEL
from transcription.contract import keys

if TYPE_CHECKING:
    from mypy_boto3_batch.type_defs import (
        ContainerPropertiesUnionTypeDef,
        KeyValuePairTypeDef,
        RetryStrategyUnionTypeDef,
    )
    from mypy_boto3_s3.type_defs import BucketLifecycleConfigurationTypeDef

BUCKET = "recordings"
QUEUE = "transcription"
JOB_DEFINITION = "transcribe"
#: In the account that moto makes up.
ALERT_TOPIC = f"arn:aws:sns:{REGION}:123456789012:transcription-alerts"
IMAGE = "localhost/deepspeech-transcriber:demo"
#: Of each child.
VCPUS = "1"
#: As many children run at once as there are cores.
CORES = len(os.sched_getaffinity(0))
#: The most children of a job. Two even on one core, so that the array is a real one.
CHILDREN = max(2, CORES)

#: Records of runs expire; nothing else in the bucket is ever deleted.
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


def create_resources(endpoint: str, *, container: bool) -> None:
    """Create the bucket, the topic for alerts, the compute environment, the queue and the job definition.

    With `container` the job runs in the image, which brings its own model; otherwise the model is the demo's.
    """
    s3 = s3_client(endpoint)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration=LIFECYCLE)
    sns_client(endpoint).create_topic(Name=ALERT_TOPIC.rpartition(":")[2])
    batch = batch_client(endpoint)
    network = ec2_client(endpoint)
    environment = batch.create_compute_environment(
        computeEnvironmentName=QUEUE,
        type="MANAGED",
        computeResources={
            "type": "FARGATE_SPOT",  # of all types the one that moto asks least for
            "maxvCpus": CORES,
            # Nothing runs there; Batch asks for them.
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
        containerProperties=_container(container),
        retryStrategy=cast("RetryStrategyUnionTypeDef", job.RETRY_STRATEGY),
        timeout={"attemptDurationSeconds": job.TIMEOUT},
    )


def _container(container: bool) -> ContainerPropertiesUnionTypeDef:
    variables = job.environment(int(VCPUS))
    if not container:
        variables["TRANSCRIBER_MODEL"] = str(DEMO_MODEL)
    environment: list[KeyValuePairTypeDef] = [{"name": name, "value": value} for name, value in variables.items()]
    return {
        "image": IMAGE,
        "command": job.command(BUCKET),
        "environment": environment,
        "resourceRequirements": [{"type": "VCPU", "value": VCPUS}, {"type": "MEMORY", "value": "2048"}],
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
