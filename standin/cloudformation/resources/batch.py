"""AWS Batch."""

from __future__ import annotations

from typing import Any

from standin.cloudformation.provider import Made, Provider, Replace, Request, lower, only, provides

#: What people name themselves, below these.
_FREE = frozenset({"Options", "Tags", "Parameters"})
#: Properties that say how an update goes; CreateComputeEnvironment does not know them.
_FOR_UPDATES = {"UpdateToLatestImageVersion"}


@provides("AWS::Batch::ComputeEnvironment")
class ComputeEnvironment(Provider):
    """Machines to run jobs on."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        wanted = request.properties
        name = wanted.get("ComputeEnvironmentName") or request.name()
        given = wanted["ComputeResources"].items()
        resources = lower({key: value for key, value in given if key not in _FOR_UPDATES}, keep=_FREE)
        arn = request.client("batch").create_compute_environment(
            computeEnvironmentName=name,
            type=wanted["Type"].upper(),
            state=wanted.get("State", "ENABLED"),
            computeResources=resources,
            **lower(only(wanted, "ServiceRole")),
        )["computeEnvironmentArn"]
        return Made(arn, {"ComputeEnvironmentArn": arn})

    def update(self, request: Request) -> Made:
        """See `Provider`. AWS can change more of them in place."""
        changed = {
            name
            for name in request.properties["ComputeResources"].keys() | request.old["ComputeResources"].keys()
            if request.properties["ComputeResources"].get(name) != request.old["ComputeResources"].get(name)
        }
        if request.changed("ComputeEnvironmentName", "Type") or not changed <= {"MaxvCpus", "MinvCpus"}:
            raise Replace
        request.client("batch").update_compute_environment(
            computeEnvironment=request.made.physical_id,
            computeResources=lower(only(request.properties["ComputeResources"], *changed)),
        )
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`. It must be disabled first."""
        batch, arn = request.client("batch"), request.made.physical_id
        batch.update_compute_environment(computeEnvironment=arn, state="DISABLED")
        batch.delete_compute_environment(computeEnvironment=arn)


@provides("AWS::Batch::JobQueue")
class JobQueue(Provider):
    """Where jobs wait."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        name = request.properties.get("JobQueueName") or request.name()
        arn = request.client("batch").create_job_queue(jobQueueName=name, **self._wanted(request))["jobQueueArn"]
        return Made(arn, {"JobQueueArn": arn})

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("JobQueueName"):
            raise Replace
        request.client("batch").update_job_queue(jobQueue=request.made.physical_id, **self._wanted(request))
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`. It must be disabled first."""
        batch, arn = request.client("batch"), request.made.physical_id
        batch.update_job_queue(jobQueue=arn, state="DISABLED")
        batch.delete_job_queue(jobQueue=arn)

    @staticmethod
    def _wanted(request: Request) -> dict[str, Any]:
        names = ("State", "Priority", "ComputeEnvironmentOrder", "JobStateTimeLimitActions")
        wanted: dict[str, Any] = lower(only(request.properties, *names))
        return wanted


@provides("AWS::Batch::JobDefinition")
class JobDefinition(Provider):
    """What a job runs. A change makes another revision."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        wanted = request.properties
        return self._register(request, wanted.get("JobDefinitionName") or request.name())

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("JobDefinitionName"):
            raise Replace
        old = request.made.physical_id
        made = self._register(request, old.rpartition("/")[2].rpartition(":")[0])
        request.client("batch").deregister_job_definition(jobDefinition=old)
        return Made(made.physical_id, made.attributes)

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("batch").deregister_job_definition(jobDefinition=request.made.physical_id)

    @staticmethod
    def _register(request: Request, name: str) -> Made:
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
            **lower(only(request.properties, *names), keep=_FREE),
        )["jobDefinitionArn"]
        return Made(arn, {"JobDefinitionArn": arn})
