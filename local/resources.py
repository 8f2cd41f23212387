"""What `cdk deploy` creates in a real account, created in the local one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from local.aws_client import REGION, batch_client, ec2_client, s3_client
from local.paths import DEMO_MODEL

if TYPE_CHECKING:
    from mypy_boto3_batch.type_defs import ContainerPropertiesUnionTypeDef, RetryStrategyUnionTypeDef

BUCKET = "recordings"
QUEUE = "transcription"
JOB_DEFINITION = "transcribe"
IMAGE = "localhost/deepspeech-transcriber:demo"
#: Each child decodes on one core, so as many run at once as there are cores.
CORES = len(os.sched_getaffinity(0))
#: The most children of a job. Two even on one core, so that the array is a real one.
CHILDREN = max(2, CORES)

#: A lost host or an image that could not be pulled is nobody's fault: again. Any other end is final.
RETRY_STRATEGY: RetryStrategyUnionTypeDef = {
    "attempts": 3,
    "evaluateOnExit": [
        {"onStatusReason": "Host EC2*", "action": "RETRY"},
        {"onReason": "CannotPullContainerError:*", "action": "RETRY"},
        {"onReason": "*", "action": "EXIT"},
        {"onExitCode": "*", "action": "EXIT"},
    ],
}
#: A child that takes longer than this hangs, in seconds.
TIMEOUT = 6 * 3600


def create_resources(endpoint: str, *, container: bool) -> None:
    """Create the bucket, the compute environment, the queue and the job definition.

    With `container` the job runs in the image, which brings its own model; otherwise the model is the demo's.
    """
    s3 = s3_client(endpoint)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
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
    return {
        "image": IMAGE,
        "command": ["python", "-m", "transcriber", "--bucket", BUCKET, "--run", "Ref::run"],
        "environment": [] if container else [{"name": "TRANSCRIBER_MODEL", "value": str(DEMO_MODEL)}],
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
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
