"""The Batch stack: network, machines, job queue and job definitions. Without a job, no machine runs."""

from __future__ import annotations

from aws_cdk import CfnOutput, Environment, Stack
from constructs import Construct

from infra import job, permissions
from infra.job_definition import JobSpecification, add_job_definition
from infra.job_queue import add_job_queue
from infra.log_groups import add_log_group
from infra.network import Network
from infra.settings import DeploymentSettings
from infra.storage_stack import StorageStack
from infra.teaching_permissions import trainer_permissions


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
        add_job_definition(self, self.definition_name, self._transcribe(settings, storage), self._log)
        #: The job definition that teaches models, if the deployment has one. Both write to the same log group.
        self.teach_definition_name = f"{settings.name}-teach"
        if settings.teaching:
            add_job_definition(self, self.teach_definition_name, self._teach(settings, storage), self._log)
        CfnOutput(self, "JobQueue", value=self.queue.job_queue_arn)
        CfnOutput(self, "JobDefinition", value=self.definition_name)

    def _transcribe(self, settings: DeploymentSettings, storage: StorageStack) -> JobSpecification:
        return JobSpecification(
            id="Transcribe",
            prefix="",
            role="What the container that transcribes may do",
            permissions=permissions.container_permissions(storage.audio_arn),
            dockerfile="transcriber_image/Dockerfile",
            build_args={"MODEL": settings.image_model} | _build_args(settings),
            excluded=["trainer_image", "locks"],
            vcpus=settings.vcpus,
            memory=settings.memory,
            command=job.command(storage.audio.bucket_name),
            environment=job.environment(settings.vcpus, self.region),
            retry_strategy=job.RETRY_STRATEGY,
        )

    def _teach(self, settings: DeploymentSettings, storage: StorageStack) -> JobSpecification:
        return JobSpecification(
            id="Teach",
            prefix="Teach",
            role="What the container that teaches models may do",
            permissions=trainer_permissions(storage.audio_arn),
            dockerfile="trainer_image/Dockerfile",
            build_args=_build_args(settings),
            excluded=["transcriber_image/Dockerfile", "transcriber_image/fetch_model.py"],
            vcpus=job.TEACH_VCPUS,
            memory=job.TEACH_MEMORY,
            command=job.teach_command(storage.audio.bucket_name),
            environment=job.teach_environment(self.region),
            retry_strategy=job.TEACH_RETRY_STRATEGY,
        )


def _build_args(settings: DeploymentSettings) -> dict[str, str]:
    """Return the arguments of both builds. A new value of `patched` makes new images of the same sources."""
    optional = {"BASE_IMAGE": settings.base_image, "PATCHED": settings.patched}
    return {name: value for name, value in optional.items() if value}
