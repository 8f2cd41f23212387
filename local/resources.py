"""What `cdk deploy` creates in a real account, created in the local one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

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

#: A lost host or an image that could not be pulled is nobody's fault: again. So is 143, SIGTERM, which a container gets
#: and may obey before its host goes; a job that was terminated or took too long is never tried again. Any other end is
#: final. Source: AWS Batch User Guide, "Automated job retries" and "Job timeouts".
RETRY_STRATEGY: RetryStrategyUnionTypeDef = {
    "attempts": 3,
    "evaluateOnExit": [
        {"onStatusReason": "Host EC2*", "action": "RETRY"},
        {"onReason": "CannotPullContainerError:*", "action": "RETRY"},
        {"onExitCode": "143", "action": "RETRY"},
        {"onReason": "*", "action": "EXIT"},
        {"onExitCode": "*", "action": "EXIT"},
    ],
}
#: A child that takes longer than this hangs, in seconds. The largest file that `max_file_megabytes` admits, 37 hours of
#: 16 kHz audio, takes 22 hours; a limit below that would end it every night, and pay for it every night.
TIMEOUT = 24 * 3600
#: Records of runs expire after 90 days; a version that has expired or was replaced is gone a day later. Nothing else in
#: the bucket is ever deleted.
LIFECYCLE: BucketLifecycleConfigurationTypeDef = {
    "Rules": [
        {
            "ID": "runs",
            "Status": "Enabled",
            "Filter": {"Prefix": keys.RUNS},
            "Expiration": {"Days": 90},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
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
        retryStrategy=RETRY_STRATEGY,
        timeout={"attemptDurationSeconds": TIMEOUT},
    )


def _container(container: bool) -> ContainerPropertiesUnionTypeDef:
    # A container on EC2 cannot see how much of its host's cores is its own.
    environment: list[KeyValuePairTypeDef] = [{"name": "TRANSCRIBER_PROCESSES", "value": VCPUS}]
    if not container:
        environment.append({"name": "TRANSCRIBER_MODEL", "value": str(DEMO_MODEL)})
    return {
        "image": IMAGE,
        "command": ["python", "-m", "transcriber", "--bucket", BUCKET, "--run", "Ref::run", "--draft", "Ref::draft"],
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
