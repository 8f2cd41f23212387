"""Handlers of CloudWatch alarms and dashboards."""

from __future__ import annotations

from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, handles
from standin.cloudformation.resources.put_resource import PutResource


@handles("AWS::CloudWatch::Alarm")
class Alarm(PutResource):
    """Handler of CloudWatch alarms. An alarm never goes off, because moto does not evaluate alarms."""

    name_property = "AlarmName"
    name_limit = 255

    def delete(self, request: HandlerRequest) -> None:
        """Delete the alarm. See `ResourceHandler`."""
        request.client("cloudwatch").delete_alarms(AlarmNames=[request.existing.physical_id])

    def put(self, request: HandlerRequest, name: str) -> PhysicalResource:
        """Create or overwrite the alarm and return it. See `PutResource`."""
        properties = {key: value for key, value in request.properties.items() if key != "AlarmName"}
        request.client("cloudwatch").put_metric_alarm(AlarmName=name, **properties)
        return PhysicalResource(name, {"Arn": request.account.arn("cloudwatch", f"alarm:{name}")})


@handles("AWS::CloudWatch::Dashboard")
class Dashboard(PutResource):
    """Handler of CloudWatch dashboards."""

    name_property = "DashboardName"
    name_limit = 255

    def delete(self, request: HandlerRequest) -> None:
        """Delete the dashboard. See `ResourceHandler`."""
        request.client("cloudwatch").delete_dashboards(DashboardNames=[request.existing.physical_id])

    def put(self, request: HandlerRequest, name: str) -> PhysicalResource:
        """Create or overwrite the dashboard and return it. See `PutResource`."""
        request.client("cloudwatch").put_dashboard(
            DashboardName=name, DashboardBody=request.properties["DashboardBody"]
        )
        return PhysicalResource(name)
