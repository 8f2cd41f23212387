"""The ECS task of an attempt: its command, its ARN and its log stream."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.batch.models import ComputeEnvironment

from standin.batch.jobs import AttemptRecord, Job

_DEFAULT_LOG_GROUP = "/aws/batch/job"


@dataclass(frozen=True)
class Task:
    """A command with its environment variables and limits."""

    command: Sequence[str]
    environment: Mapping[str, str]
    #: `containerProperties` of the job definition, merged with the overrides of the submission.
    container: Mapping[str, Any]
    vcpus: float
    #: In MiB.
    memory: int
    #: The working folder. It is empty at first, and is removed after the attempt.
    folder: Path


def make(
    job: Job, attempt: int, environment: ComputeEnvironment, *, access_key: str, endpoint: str, folder: Path
) -> Task:
    """Return the task of an attempt at `job`.

    Args:
        job: the job.
        attempt: the number of the attempt, from 1.
        environment: the compute environment in which the attempt runs.
        access_key: the access key with which the command signs its requests to AWS.
        endpoint: the address at which the command finds AWS.
        folder: the working folder of the command.
    """
    submission, queue = job.submission, job.submission.queue
    variables = {entry["name"]: entry["value"] for entry in submission.container["environment"]}
    variables |= {
        "AWS_BATCH_JOB_ID": job.job_id,
        "AWS_BATCH_JOB_ATTEMPT": str(attempt),
        "AWS_BATCH_JQ_NAME": queue.name,
        "AWS_BATCH_CE_NAME": environment.name,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20),
    }
    if job.index is not None:
        variables["AWS_BATCH_JOB_ARRAY_INDEX"] = str(job.index)
    return Task(
        command=submission.command,
        environment=variables,
        container=submission.container,
        vcpus=submission.vcpus,
        memory=submission.memory,
        folder=folder,
    )


def make_record(job: Job) -> AttemptRecord:
    """Return the record of the next attempt at `job`, as DescribeJobs lists it, with a new task ARN and log stream."""
    backend, task_id = job.submission.queue.backend, secrets.token_hex(16)
    prefix = _log_options(job).get("awslogs-stream-prefix", job.submission.definition.name)
    arn = f"arn:aws:ecs:{backend.region_name}:{backend.account_id}:task/local/{task_id}"
    return AttemptRecord(arn, f"{prefix}/default/{task_id}")


def log_group(job: Job) -> str:
    """Return the name of the CloudWatch log group for the attempts at `job`."""
    return _log_options(job).get("awslogs-group", _DEFAULT_LOG_GROUP)


def _log_options(job: Job) -> Mapping[str, str]:
    options: Mapping[str, str] = job.submission.container.get("logConfiguration", {}).get("options", {})
    return options
