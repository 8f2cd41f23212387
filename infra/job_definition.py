"""A job definition with its container and the container's role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, Size, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from infra import job
from infra.accepted_findings import accept_findings
from infra.grants import Permission, grant
from infra.paths import ROOT

#: The user and group `nobody`, as in the Dockerfiles.
_USER = "65534:65534"


@dataclass(frozen=True)
class JobSpecification:
    """What differs between the job definitions."""

    #: The construct id, which is also the start of the names of log streams, in lower case.
    id: str
    #: Begins the ids of the other constructs.
    prefix: str
    role: str
    permissions: Sequence[Permission]
    dockerfile: str
    build_args: Mapping[str, str]
    #: Parts of the repository that this image does not copy and that .dockerignore lets through for another one.
    excluded: Sequence[str]
    vcpus: int
    #: In MiB.
    memory: int
    command: Sequence[str]
    environment: Mapping[str, str]
    retry_strategy: Mapping[str, Any]


def add_job_definition(stack: Stack, name: str, specification: JobSpecification, log: logs.ILogGroup) -> None:
    """Add a job definition to a stack.

    Args:
        stack: The stack.
        name: The name of the job definition.
        specification: Its properties.
        log: The log group of its containers.
    """
    prefix = specification.prefix
    role = iam.Role(
        stack,
        f"{prefix}JobRole",
        assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
        description=specification.role,
    )
    grant(role, specification.permissions)
    container = batch.EcsEc2ContainerDefinition(
        stack,
        f"{prefix}Container",
        image=ecs.ContainerImage.from_asset(
            str(ROOT),
            file=specification.dockerfile,
            build_args=specification.build_args,
            exclude=list(specification.excluded),
            platform=ecr_assets.Platform.LINUX_AMD64,
        ),
        cpu=specification.vcpus,
        memory=Size.mebibytes(specification.memory),
        command=list(specification.command),
        environment=specification.environment,
        job_role=role,
        user=_USER,
        readonly_root_filesystem=True,
        linux_parameters=batch.LinuxParameters(stack, f"{prefix}Linux", init_process_enabled=True),
        # A Docker volume on the machine's disk. Docker creates it for each container, with the owner and mode that
        # /tmp has in the image. A tmpfs would use memory instead.
        volumes=[batch.EcsVolume.host(name="scratch", container_path="/tmp")],  # noqa: S108 - inside the container
        logging=ecs.LogDriver.aws_logs(stream_prefix=specification.id.lower(), log_group=log),
    )
    # With this role the machine fetches the image and opens the log stream for the container.
    accept_findings(
        container.execution_role,
        {"AwsSolutions-IAM5[Resource::*]": "AWS knows no resource for ecr:GetAuthorizationToken."},
    )
    batch.EcsJobDefinition(
        stack,
        specification.id,
        job_definition_name=name,
        container=container,
        retry_attempts=specification.retry_strategy["attempts"],
        retry_strategies=[_retry_strategy(rule) for rule in specification.retry_strategy["evaluateOnExit"]],
        timeout=Duration.seconds(job.TIMEOUT),
        # A job that was submitted before a deployment starts its last children after it.
        skip_deregister_on_update=True,
    )


def _retry_strategy(rule: Mapping[str, str]) -> batch.RetryStrategy:
    """Convert a rule of a retry strategy to an object of the CDK."""
    reason = batch.Reason.custom(
        on_status_reason=rule.get("onStatusReason"),
        on_reason=rule.get("onReason"),
        on_exit_code=rule.get("onExitCode"),
    )
    return batch.RetryStrategy.of(batch.Action[rule["action"]], reason)
