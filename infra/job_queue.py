"""The job queue with its Spot and on-demand machines."""

from __future__ import annotations

from typing import Any, cast

from aws_cdk import Duration, Tags
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra import job, machine_types
from infra.accepted_findings import accept_findings
from infra.network import Network
from infra.settings import DeploymentSettings

#: How long children at work may take when their machines are replaced: longer than the time limit of a child. AWS
#: allows 7,200 minutes. Source: botocore's model of AWS Batch, UpdatePolicy, `jobExecutionTimeoutMinutes`.
_UPDATE_TIMEOUT = Duration.seconds(job.TIMEOUT).plus(Duration.hours(1))
_AGENT_POLICY = "service-role/AmazonEC2ContainerServiceforEC2Role"


def add_job_queue(scope: Construct, settings: DeploymentSettings, network: Network) -> batch.JobQueue:
    """Add the job queue, and return it.

    The queue uses on-demand machines when no Spot machine is left, or when all of `spot_vcpus` are in use.
    """
    template = _launch_template(scope, settings)
    shared: dict[str, Any] = {
        "vpc": network.vpc,
        "vpc_subnets": ec2.SubnetSelection(subnets=network.subnets),
        "security_groups": [network.machines],
        "instance_types": [ec2.InstanceType(name) for name in machine_types.instance_types(settings.machine_families)],
        "use_optimal_instance_classes": False,
        "instance_role": _machine_role(scope),
        "launch_template": template,
        "minv_cpus": 0,
        # When Batch updates the machines, because something about them changed, it takes the newest machine image. The
        # setting `patched` changes something. Children at work end first.
        "update_to_latest_image_version": True,
        "terminate_on_update": False,
        "update_timeout": _UPDATE_TIMEOUT,
    }
    spot = batch.ManagedEc2EcsComputeEnvironment(
        scope,
        "Spot",
        spot=True,
        maxv_cpus=settings.spot_vcpus,
        allocation_strategy=batch.AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED,
        **shared,
    )
    environments = [spot]
    if settings.on_demand_vcpus:
        on_demand = batch.ManagedEc2EcsComputeEnvironment(
            scope,
            "OnDemand",
            maxv_cpus=settings.on_demand_vcpus,
            allocation_strategy=batch.AllocationStrategy.BEST_FIT_PROGRESSIVE,
            **shared,
        )
        environments.append(on_demand)
    for environment in environments:
        # Without a version, Batch keeps the launch template's first version when the settings change.
        cast(batch.CfnComputeEnvironment, environment.node.default_child).add_property_override(
            "ComputeResources.LaunchTemplate.Version", template.latest_version_number
        )
    return batch.JobQueue(
        scope,
        "Queue",
        priority=1,
        compute_environments=[
            batch.OrderedComputeEnvironment(compute_environment=environment, order=order)
            for order, environment in enumerate(environments, 1)
        ],
        # The limits count for the job at the head of the queue. A job that waits because all machines are busy has none
        # of these reasons, and waits without a limit.
        job_state_time_limit_actions=[
            batch.JobStateTimeLimitAction(max_time=Duration.minutes(settings.start_limit_minutes), reason=reason)
            for reason in batch.JobStateTimeLimitActionsReason
        ],
    )


def _launch_template(scope: Construct, settings: DeploymentSettings) -> ec2.LaunchTemplate:
    """Add the launch template: an encrypted disk, and no access of containers to the machine's credentials."""
    template = ec2.LaunchTemplate(
        scope,
        "Machine",
        # A container is one network hop further from the metadata service than the machine, and gets no answer.
        require_imdsv2=True,
        http_put_response_hop_limit=1,
        block_devices=[
            ec2.BlockDevice(
                device_name="/dev/xvda",  # the root disk of Amazon Linux, which Batch uses
                volume=ec2.BlockDeviceVolume.ebs(
                    settings.disk_gigabytes,
                    volume_type=ec2.EbsDeviceVolumeType.GP3,
                    encrypted=True,
                    delete_on_termination=True,
                ),
            )
        ],
    )
    if settings.patched:
        # A tag of the machines changes the template, so that Batch replaces them.
        Tags.of(template).add("patched", settings.patched)
    return template


def _machine_role(scope: Construct) -> iam.Role:
    """Add the role of the machines' agent, which fetches images and starts containers. Containers have another role."""
    policy = iam.ManagedPolicy.from_aws_managed_policy_name(_AGENT_POLICY)
    role = iam.Role(
        scope,
        "MachineRole",
        assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        managed_policies=[policy],
        description="What the agent of a Batch machine may do",
    )
    finding = f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{_AGENT_POLICY}]"
    reason = "AWS maintains this policy for the agent on its machine image. No container has access to this role."
    accept_findings(role, {finding: reason})
    return role
