"""The Batch stack: network, machines, job queue and job definition. Without audio, no machine runs."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import CfnOutput, Duration, Environment, Size, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra import job, permissions
from infra.accepted_findings import accept_findings
from infra.grants import grant
from infra.job_queue import add_job_queue
from infra.log_groups import add_log_group
from infra.network import Network
from infra.paths import ROOT
from infra.settings import DeploymentSettings
from infra.storage_stack import StorageStack

#: The user and group `nobody`, as in the Dockerfile.
_USER = "65534:65534"


class BatchStack(Stack):
    """Everything that AWS Batch needs to transcribe the audio of a submitted job.

    Args:
        scope: The CDK app.
        id: The name of the stack.
        settings: The settings of the deployment.
        storage: The stack with the audio bucket.
    """

    def __init__(self, scope: Construct, id: str, *, settings: DeploymentSettings, storage: StorageStack) -> None:
        description = "Speech to text: the machines that transcribe"
        super().__init__(scope, id, description=description, env=Environment(region=settings.region or None))
        self.network = Network(self, "Network", settings=settings)
        self.queue = add_job_queue(self, settings, self.network)
        #: Without a revision, because each new image makes a new revision and Airflow submits the newest.
        self.definition_name = f"{settings.name}-transcribe"
        self._log = add_log_group(self, "Log", settings)
        #: The ARN pattern of the log streams of the containers, as an exported value; see `StorageStack.audio_arn`.
        self.log_arn = str(self.export_value(self._log.log_group_arn))
        self._define_job(settings, storage)
        CfnOutput(self, "JobQueue", value=self.queue.job_queue_arn)
        CfnOutput(self, "JobDefinition", value=self.definition_name)

    def _define_job(self, settings: DeploymentSettings, storage: StorageStack) -> None:
        """Add the job definition, its container and the container's role."""
        role = iam.Role(
            self,
            "JobRole",
            assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
            description="What the container that transcribes may do",
        )
        grant(role, permissions.container_permissions(storage.audio_arn))
        container = batch.EcsEc2ContainerDefinition(
            self,
            "Container",
            image=ecs.ContainerImage.from_asset(
                str(ROOT),
                file="transcriber_image/Dockerfile",
                build_args=_build_args(settings),
                platform=ecr_assets.Platform.LINUX_AMD64,
            ),
            cpu=settings.vcpus,
            memory=Size.mebibytes(settings.memory),
            command=job.command(storage.audio.bucket_name),
            environment=job.environment(settings.vcpus, self.region),
            job_role=role,
            user=_USER,
            readonly_root_filesystem=True,
            linux_parameters=batch.LinuxParameters(self, "Linux", init_process_enabled=True),
            # A Docker volume on the machine's disk. Docker creates it for each container, with the owner and mode that
            # /tmp has in the image. A tmpfs would use memory instead.
            volumes=[batch.EcsVolume.host(name="scratch", container_path="/tmp")],  # noqa: S108 - inside the container
            logging=ecs.LogDriver.aws_logs(stream_prefix="transcribe", log_group=self._log),
        )
        # With this role the machine fetches the image and opens the log stream for the container.
        accept_findings(
            container.execution_role,
            {"AwsSolutions-IAM5[Resource::*]": "AWS knows no resource for ecr:GetAuthorizationToken."},
        )
        batch.EcsJobDefinition(
            self,
            "Transcribe",
            job_definition_name=self.definition_name,
            container=container,
            retry_attempts=job.RETRY_STRATEGY["attempts"],
            retry_strategies=[_retry_strategy(rule) for rule in job.RETRY_STRATEGY["evaluateOnExit"]],
            timeout=Duration.seconds(job.TIMEOUT),
            # A job that was submitted before a deployment starts its last children after it.
            skip_deregister_on_update=True,
        )


def _build_args(settings: DeploymentSettings) -> dict[str, str]:
    """Return the arguments of the image's build. A new value of `patched` makes a new image of the same sources."""
    optional = {"BASE_IMAGE": settings.base_image, "PATCHED": settings.patched}
    return {"MODEL": settings.image_model} | {name: value for name, value in optional.items() if value}


def _retry_strategy(rule: Mapping[str, str]) -> batch.RetryStrategy:
    """Convert a rule of `job.RETRY_STRATEGY` to an object of the CDK."""
    reason = batch.Reason.custom(
        on_status_reason=rule.get("onStatusReason"),
        on_reason=rule.get("onReason"),
        on_exit_code=rule.get("onExitCode"),
    )
    return batch.RetryStrategy.of(batch.Action[rule["action"]], reason)
