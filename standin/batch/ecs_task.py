"""What ECS is asked to run for an attempt, and what DescribeJobs says of it from the start."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.batch.models import ComputeEnvironment

from standin.batch.jobs import AttemptRecord, Job

_LOG_GROUP = "/aws/batch/job"


@dataclass(frozen=True)
class Task:
    """A command and its surroundings."""

    command: Sequence[str]
    environment: Mapping[str, str]
    #: `containerProperties` of the job definition with the submission's overrides.
    container: Mapping[str, Any]
    vcpus: float
    #: In MiB.
    memory: int
    #: An empty folder of its own, removed afterwards.
    folder: Path


def make(
    job: Job, number: int, environment: ComputeEnvironment, *, access_key: str, endpoint: str, folder: Path
) -> Task:
    """The task of attempt `number` at `job`, which finds AWS at `endpoint` and signs with `access_key`."""
    submission, queue = job.submission, job.submission.queue
    variables = {entry["name"]: entry["value"] for entry in submission.container["environment"]}
    variables |= {
        "AWS_BATCH_JOB_ID": job.job_id,
        "AWS_BATCH_JOB_ATTEMPT": str(number),
        "AWS_BATCH_JQ_NAME": queue.name,
        "AWS_BATCH_CE_NAME": environment.name,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": queue.backend.region_name,
        "AWS_DEFAULT_REGION": queue.backend.region_name,
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


def record(job: Job) -> AttemptRecord:
    """The record of the next attempt at `job`."""
    backend, task = job.submission.queue.backend, secrets.token_hex(16)
    prefix = _log_options(job).get("awslogs-stream-prefix", job.submission.definition.name)
    arn = f"arn:aws:ecs:{backend.region_name}:{backend.account_id}:task/local/{task}"
    return AttemptRecord(arn, f"{prefix}/default/{task}")


def log_group(job: Job) -> str:
    """The CloudWatch log group that the attempts at `job` write to."""
    return _log_options(job).get("awslogs-group", _LOG_GROUP)


def _log_options(job: Job) -> Mapping[str, str]:
    options: Mapping[str, str] = job.submission.container.get("logConfiguration", {}).get("options", {})
    return options
