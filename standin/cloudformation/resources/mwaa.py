"""Handler of Amazon MWAA environments."""

from __future__ import annotations

from typing import Any

from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)


@handles("AWS::MWAA::Environment")
class Environment(ResourceHandler):
    """Handler of MWAA environments. The stand-in stores the description of an environment and starts no Airflow."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the environment and return it. See `ResourceHandler`."""
        name = request.properties["Name"]
        request.client("mwaa").create_environment(**self._arguments(request))
        return self._physical_resource(request, name)

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Update the environment. Properties that MWAA cannot change need a new one. See `ResourceHandler`."""
        if request.has_changed("Name", "NetworkConfiguration", "KmsKey", "EndpointManagement"):
            raise ReplacementRequired
        unchangeable = {"NetworkConfiguration", "KmsKey", "EndpointManagement", "Tags"}
        properties = {key: value for key, value in self._arguments(request).items() if key not in unchangeable}
        request.client("mwaa").update_environment(**properties)
        return self._physical_resource(request, request.existing.physical_id)

    def delete(self, request: HandlerRequest) -> None:
        """Delete the environment. See `ResourceHandler`."""
        request.client("mwaa").delete_environment(Name=request.existing.physical_id)

    @staticmethod
    def _arguments(request: HandlerRequest) -> dict[str, Any]:
        properties = dict(request.properties)
        for name in properties.keys() & {"MaxWorkers", "MinWorkers", "MaxWebservers", "MinWebservers", "Schedulers"}:
            properties[name] = int(properties[name])
        options = {key: str(value) for key, value in properties.get("AirflowConfigurationOptions", {}).items()}
        return properties | ({"AirflowConfigurationOptions": options} if options else {})

    @staticmethod
    def _physical_resource(request: HandlerRequest, name: str) -> PhysicalResource:
        environment = request.client("mwaa").get_environment(Name=name)["Environment"]
        log_groups = {
            f"LoggingConfiguration.{part}.CloudWatchLogGroupArn": log["CloudWatchLogGroupArn"]
            for part, log in environment.get("LoggingConfiguration", {}).items()
        }
        return PhysicalResource(
            name, {"Arn": environment["Arn"], "WebserverUrl": environment["WebserverUrl"], **log_groups}
        )
