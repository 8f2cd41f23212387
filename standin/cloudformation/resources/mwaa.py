"""Amazon MWAA."""

from __future__ import annotations

from typing import Any

from standin.cloudformation.provider import Made, Provider, Replace, Request, provides


@provides("AWS::MWAA::Environment")
class Environment(Provider):
    """An Airflow. It is described here, and runs wherever the description is taken."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        name = request.properties["Name"]
        request.client("mwaa").create_environment(**self._wanted(request))
        return self._made(request, name)

    def update(self, request: Request) -> Made:
        """See `Provider`. Neither name nor network can change."""
        if request.changed("Name", "NetworkConfiguration", "KmsKey", "EndpointManagement"):
            raise Replace
        fixed = {"NetworkConfiguration", "KmsKey", "EndpointManagement", "Tags"}
        wanted = {key: value for key, value in self._wanted(request).items() if key not in fixed}
        request.client("mwaa").update_environment(**wanted)
        return self._made(request, request.made.physical_id)

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("mwaa").delete_environment(Name=request.made.physical_id)

    @staticmethod
    def _wanted(request: Request) -> dict[str, Any]:
        wanted = dict(request.properties)
        for name in wanted.keys() & {"MaxWorkers", "MinWorkers", "MaxWebservers", "MinWebservers", "Schedulers"}:
            wanted[name] = int(wanted[name])
        options = {key: str(value) for key, value in wanted.get("AirflowConfigurationOptions", {}).items()}
        return wanted | ({"AirflowConfigurationOptions": options} if options else {})

    @staticmethod
    def _made(request: Request, name: str) -> Made:
        environment = request.client("mwaa").get_environment(Name=name)["Environment"]
        log_groups = {
            f"LoggingConfiguration.{part}.CloudWatchLogGroupArn": logged["CloudWatchLogGroupArn"]
            for part, logged in environment.get("LoggingConfiguration", {}).items()
        }
        return Made(name, {"Arn": environment["Arn"], "WebserverUrl": environment["WebserverUrl"], **log_groups})
