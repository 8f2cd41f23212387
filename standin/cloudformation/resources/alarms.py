"""CloudWatch alarms and dashboards."""

from __future__ import annotations

from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)


@handles("AWS::CloudWatch::Alarm")
class Alarm(ResourceHandler):
    """A CloudWatch alarm. moto never evaluates it."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        return self._put(request, request.properties.get("AlarmName") or request.unique_name(255))

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        if request.has_changed("AlarmName"):
            raise ReplacementRequired
        return self._put(request, request.existing.physical_id)

    def delete(self, request: HandlerRequest) -> None:
        """See `ResourceHandler`."""
        request.client("cloudwatch").delete_alarms(AlarmNames=[request.existing.physical_id])

    @staticmethod
    def _put(request: HandlerRequest, name: str) -> PhysicalResource:
        properties = {key: value for key, value in request.properties.items() if key != "AlarmName"}
        request.client("cloudwatch").put_metric_alarm(AlarmName=name, **properties)
        return PhysicalResource(name, {"Arn": request.account.arn("cloudwatch", f"alarm:{name}")})


@handles("AWS::CloudWatch::Dashboard")
class Dashboard(ResourceHandler):
    """A CloudWatch dashboard."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        return self._put(request, request.properties.get("DashboardName") or request.unique_name(255))

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        if request.has_changed("DashboardName"):
            raise ReplacementRequired
        return self._put(request, request.existing.physical_id)

    def delete(self, request: HandlerRequest) -> None:
        """See `ResourceHandler`."""
        request.client("cloudwatch").delete_dashboards(DashboardNames=[request.existing.physical_id])

    @staticmethod
    def _put(request: HandlerRequest, name: str) -> PhysicalResource:
        request.client("cloudwatch").put_dashboard(
            DashboardName=name, DashboardBody=request.properties["DashboardBody"]
        )
        return PhysicalResource(name)
