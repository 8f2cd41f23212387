"""Handlers of AWS Batch's compute environments, job queues and job definitions."""

from __future__ import annotations

from typing import Any

from standin.cloudformation.property_names import lower_names, pick
from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)

#: Users choose the names in these properties, so the case of the names stays.
_USER_NAMED = frozenset({"Options", "Tags", "Parameters"})
#: Properties that control an update; CreateComputeEnvironment does not accept them.
_FOR_UPDATES = {"UpdateToLatestImageVersion"}


@handles("AWS::Batch::ComputeEnvironment")
class ComputeEnvironment(ResourceHandler):
    """Handler of compute environments, which provide the machines for jobs."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the compute environment and return it. See `ResourceHandler`."""
        properties = request.properties
        name = properties.get("ComputeEnvironmentName") or request.unique_name()
        declared = properties["ComputeResources"].items()
        resources = lower_names({key: value for key, value in declared if key not in _FOR_UPDATES}, keep=_USER_NAMED)
        arn = request.client("batch").create_compute_environment(
            computeEnvironmentName=name,
            type=properties["Type"].upper(),
            state=properties.get("State", "ENABLED"),
            computeResources=resources,
            **lower_names(pick(properties, "ServiceRole")),
        )["computeEnvironmentArn"]
        return PhysicalResource(arn, {"ComputeEnvironmentArn": arn})

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Change the limits of vCPUs. Any other change needs a new compute environment. See `ResourceHandler`.

        AWS can change more properties in place.
        """
        changed = {
            name
            for name in request.properties["ComputeResources"].keys()
            | request.old_properties["ComputeResources"].keys()
            if request.properties["ComputeResources"].get(name) != request.old_properties["ComputeResources"].get(name)
        }
        if request.has_changed("ComputeEnvironmentName", "Type") or not changed <= {"MaxvCpus", "MinvCpus"}:
            raise ReplacementRequired
        request.client("batch").update_compute_environment(
            computeEnvironment=request.existing.physical_id,
            computeResources=lower_names(pick(request.properties["ComputeResources"], *changed)),
        )
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Disable and delete the compute environment. Batch deletes only what is disabled. See `ResourceHandler`."""
        batch, arn = request.client("batch"), request.existing.physical_id
        batch.update_compute_environment(computeEnvironment=arn, state="DISABLED")
        batch.delete_compute_environment(computeEnvironment=arn)


@handles("AWS::Batch::JobQueue")
class JobQueue(ResourceHandler):
    """Handler of job queues."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the queue and return it. See `ResourceHandler`."""
        name = request.properties.get("JobQueueName") or request.unique_name()
        arn = request.client("batch").create_job_queue(jobQueueName=name, **self._options(request))["jobQueueArn"]
        return PhysicalResource(arn, {"JobQueueArn": arn})

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Change the queue. A new name needs a new queue. See `ResourceHandler`."""
        if request.has_changed("JobQueueName"):
            raise ReplacementRequired
        request.client("batch").update_job_queue(jobQueue=request.existing.physical_id, **self._options(request))
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Disable and delete the queue. Batch deletes only what is disabled. See `ResourceHandler`."""
        batch, arn = request.client("batch"), request.existing.physical_id
        batch.update_job_queue(jobQueue=arn, state="DISABLED")
        batch.delete_job_queue(jobQueue=arn)

    @staticmethod
    def _options(request: HandlerRequest) -> dict[str, Any]:
        names = ("State", "Priority", "ComputeEnvironmentOrder", "JobStateTimeLimitActions")
        options: dict[str, Any] = lower_names(pick(request.properties, *names))
        return options


@handles("AWS::Batch::JobDefinition")
class JobDefinition(ResourceHandler):
    """Handler of job definitions. Each change registers a new revision."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Register the job definition and return it. See `ResourceHandler`."""
        properties = request.properties
        return self._register(request, properties.get("JobDefinitionName") or request.unique_name())

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Register a new revision and remove the old one. A new name needs a new definition. See `ResourceHandler`."""
        if request.has_changed("JobDefinitionName"):
            raise ReplacementRequired
        old = request.existing.physical_id
        new = self._register(request, old.rpartition("/")[2].rpartition(":")[0])
        request.client("batch").deregister_job_definition(jobDefinition=old)
        return new

    def delete(self, request: HandlerRequest) -> None:
        """Deregister the job definition. See `ResourceHandler`."""
        request.client("batch").deregister_job_definition(jobDefinition=request.existing.physical_id)

    @staticmethod
    def _register(request: HandlerRequest, name: str) -> PhysicalResource:
        names = (
            "ContainerProperties",
            "RetryStrategy",
            "Timeout",
            "Parameters",
            "PlatformCapabilities",
            "PropagateTags",
        )
        arn = request.client("batch").register_job_definition(
            jobDefinitionName=name,
            type=request.properties["Type"],
            **lower_names(pick(request.properties, *names), keep=_USER_NAMED),
        )["jobDefinitionArn"]
        return PhysicalResource(arn, {"JobDefinitionArn": arn})
