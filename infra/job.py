"""Properties of the Batch job, and the retention of run records, for AWS and for the local stack.

This module uses the standard library only, because the local stack is installed without the CDK.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: When Batch retries a failed attempt, in the form that RegisterJobDefinition takes. Batch allows five rules. It
#: retries attempts that lost their host, and attempts whose container the machine could not start: it could not pull
#: the image, its Docker did not answer, or its agent lost the connection. Batch also retries attempts with exit code
#: 143: it means SIGTERM, which a container gets before AWS takes its host away. Batch never retries a job that was
#: terminated or that exceeded its time limit, nor any other failure. Source: AWS Batch User Guide, "Automated job
#: retries" and "Job timeouts".
RETRY_STRATEGY: Final[Mapping[str, Any]] = {
    "attempts": 3,
    "evaluateOnExit": [
        {"onStatusReason": "Host EC2*", "action": "RETRY"},
        {"onStatusReason": "Task failed to start*", "action": "RETRY"},
        {"onExitCode": "143", "action": "RETRY"},
        {"onReason": "*", "action": "EXIT"},
        {"onExitCode": "*", "action": "EXIT"},
    ],
}

#: The time limit of a child, in seconds; a child that takes longer hangs. The largest file that `max_file_megabytes`
#: admits, 37 hours of 16 kHz audio, takes 22 hours. A lower limit would end that file every night, after paying for it.
TIMEOUT: Final = 24 * 3600

#: Days after which the records of a run expire.
RUN_RECORD_DAYS: Final = 90
#: Days after which an expired or replaced version of a record is deleted.
RUN_RECORD_VERSION_DAYS: Final = 1


#: The vCPUs and the memory in MiB of a teaching: one of the smallest machines. JAX needs 3.7 GB for the training of a
#: model of the official size; the proof needs as much as a child that transcribes.
TEACH_VCPUS: Final = 4
TEACH_MEMORY: Final = 7168

#: A teaching whose machine is taken away continues from its last checkpoint, so it is retried as often as Batch allows.
TEACH_RETRY_STRATEGY: Final[Mapping[str, Any]] = {**RETRY_STRATEGY, "attempts": 10}


def command(bucket: str) -> list[str]:
    """Return the command of a child. Batch replaces `Ref::run` and `Ref::draft` by the job's parameters."""
    return ["python", "-m", "transcriber", "--bucket", bucket, "--run", "Ref::run", "--draft", "Ref::draft"]


def environment(vcpus: int, region: str) -> dict[str, str]:
    """Return the environment variables of a child.

    A container on EC2 cannot see how many of its host's cores it may use, so the number of processes is a variable.
    Batch does not tell a container its region, and without one the SDK looks for buckets in the partition `aws` only.

    Args:
        vcpus: The vCPUs of a child.
        region: The region of the deployment. boto3 reads `AWS_DEFAULT_REGION`, and AWS's other programs `AWS_REGION`.
    """
    return {"TRANSCRIBER_PROCESSES": str(vcpus), "AWS_REGION": region, "AWS_DEFAULT_REGION": region}


def teach_command(bucket: str) -> list[str]:
    """Return the command of a teaching. Batch replaces `Ref::run` by the job's parameter."""
    return ["python", "-m", "trainer.job", "--bucket", bucket, "--run", "Ref::run"]


def teach_environment(region: str) -> dict[str, str]:
    """Return the environment variables of a teaching in a region. See `environment`."""
    return {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
