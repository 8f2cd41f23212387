"""The stack that transcribes: network, machines, queue and job definition. No machine runs while there is no audio."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from aws_cdk import CfnOutput, Duration, Size, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra import job, machines, permissions
from infra.acknowledge import acknowledge
from infra.logs import log_group
from infra.network import Network
from infra.paths import ROOT
from infra.settings import DeploymentSettings
from infra.storage import StorageStack

_AGENT_POLICY = "service-role/AmazonEC2ContainerServiceforEC2Role"

#: Who the container is, `nobody`: as the image says itself.
_USER = "65534:65534"


class BatchStack(Stack):
    """Everything between a submitted job and a transcript."""

    def __init__(self, scope: Construct, id: str, *, settings: DeploymentSettings, storage: StorageStack) -> None:
        super().__init__(scope, id, description="Speech to text: the machines that transcribe")
        self.network = Network(self, "Network", settings=settings)
        self.queue = _queue(self, settings, self.network)
        #: Without a revision: a new image makes a new one, and Airflow takes the newest.
        self.definition_name = f"{settings.name}-transcribe"
        self._define_job(settings, storage)
        CfnOutput(self, "JobQueue", value=self.queue.job_queue_arn)
        CfnOutput(self, "JobDefinition", value=self.definition_name)

    def _define_job(self, settings: DeploymentSettings, storage: StorageStack) -> None:
        role = iam.Role(
            self,
            "JobRole",
            assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
            description="What the container that transcribes may do",
        )
        permissions.grant(role, permissions.of_container(storage.audio_arn))
        container = batch.EcsEc2ContainerDefinition(
            self,
            "Container",
            image=ecs.ContainerImage.from_asset(
                str(ROOT),
                file="transcriber_image/Dockerfile",
                build_args={"MODEL": settings.image_model},
                platform=ecr_assets.Platform.LINUX_AMD64,
            ),
            cpu=settings.vcpus,
            memory=Size.mebibytes(settings.memory),
            command=job.command(storage.audio.bucket_name),
            environment=job.environment(settings.vcpus),
            job_role=role,
            user=_USER,
            readonly_root_filesystem=True,
            linux_parameters=batch.LinuxParameters(self, "Linux", init_process_enabled=True),
            # A volume of Docker's own, on the machine's disk: new for each container, and with the owner and mode that
            # /tmp has in the image. A tmpfs would count as memory.
            volumes=[batch.EcsVolume.host(name="scratch", container_path="/tmp")],  # noqa: S108 - the container's own
            logging=ecs.LogDriver.aws_logs(stream_prefix="transcribe", log_group=log_group(self, "Log", settings)),
        )
        # To fetch the image and to open the log stream, which the machine does for the container.
        acknowledge(
            container.execution_role,
            {"AwsSolutions-IAM5[Resource::*]": "AWS knows no resource for ecr:GetAuthorizationToken."},
        )
        batch.EcsJobDefinition(
            self,
            "Transcribe",
            job_definition_name=self.definition_name,
            container=container,
            retry_attempts=job.RETRY_STRATEGY["attempts"],
            retry_strategies=[_strategy(each) for each in job.RETRY_STRATEGY["evaluateOnExit"]],
            timeout=Duration.seconds(job.TIMEOUT),
        )


def _strategy(rule: Mapping[str, str]) -> batch.RetryStrategy:
    reason = batch.Reason.custom(
        on_status_reason=rule.get("onStatusReason"),
        on_reason=rule.get("onReason"),
        on_exit_code=rule.get("onExitCode"),
    )
    return batch.RetryStrategy.of(batch.Action[rule["action"]], reason)


def _queue(scope: Construct, settings: DeploymentSettings, network: Network) -> batch.JobQueue:
    """The queue: Spot machines first, on-demand ones where Spot has none."""
    machine = _machine(scope, settings)
    shared: dict[str, Any] = {
        "vpc": network.vpc,
        "vpc_subnets": ec2.SubnetSelection(subnets=network.subnets),
        "security_groups": [network.machines],
        "instance_types": [ec2.InstanceType(kind) for kind in machines.kinds(settings.machine_families)],
        "use_optimal_instance_classes": False,
        "instance_role": _machine_role(scope),
        "launch_template": machine,
        "minv_cpus": 0,
        # Newer machine images with each deployment; machines at work end their jobs first.
        "update_to_latest_image_version": True,
        "terminate_on_update": False,
    }
    spot = batch.ManagedEc2EcsComputeEnvironment(
        scope,
        "Spot",
        spot=True,
        maxv_cpus=settings.spot_vcpus,
        allocation_strategy=batch.AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED,
        **shared,
    )
    on_demand = batch.ManagedEc2EcsComputeEnvironment(
        scope,
        "OnDemand",
        maxv_cpus=settings.on_demand_vcpus,
        allocation_strategy=batch.AllocationStrategy.BEST_FIT_PROGRESSIVE,
        **shared,
    )
    for environment in (spot, on_demand):
        # Without a version it is the first one for ever, whatever becomes of the settings.
        cast(batch.CfnComputeEnvironment, environment.node.default_child).add_property_override(
            "ComputeResources.LaunchTemplate.Version", machine.latest_version_number
        )
    return batch.JobQueue(
        scope,
        "Queue",
        priority=1,
        compute_environments=[
            batch.OrderedComputeEnvironment(compute_environment=spot, order=1),
            batch.OrderedComputeEnvironment(compute_environment=on_demand, order=2),
        ],
        # Of the job at the head of the queue. Waiting for machines that are all at work is none of these.
        job_state_time_limit_actions=[
            batch.JobStateTimeLimitAction(max_time=Duration.minutes(settings.start_limit_minutes), reason=reason)
            for reason in batch.JobStateTimeLimitActionsReason
        ],
    )


def _machine(scope: Construct, settings: DeploymentSettings) -> ec2.LaunchTemplate:
    return ec2.LaunchTemplate(
        scope,
        "Machine",
        # A container is one hop too far from the machine's credentials.
        require_imdsv2=True,
        http_put_response_hop_limit=1,
        block_devices=[
            ec2.BlockDevice(
                device_name="/dev/xvda",  # the root of Amazon Linux, which Batch takes
                volume=ec2.BlockDeviceVolume.ebs(
                    settings.disk_gigabytes,
                    volume_type=ec2.EbsDeviceVolumeType.GP3,
                    encrypted=True,
                    delete_on_termination=True,
                ),
            )
        ],
    )


def _machine_role(scope: Construct) -> iam.Role:
    """The machines' own: their agent fetches images and starts containers. Containers have another one."""
    policy = iam.ManagedPolicy.from_aws_managed_policy_name(_AGENT_POLICY)
    role = iam.Role(
        scope,
        "MachineRole",
        assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        managed_policies=[policy],
        description="What the agent of a Batch machine may do",
    )
    found = f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{_AGENT_POLICY}]"
    reason = (
        "What AWS keeps for the agent on its own machine image, and changes with it. No container gets at this role."
    )
    acknowledge(role, {found: reason})
    return role
