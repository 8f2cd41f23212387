"""Handlers of CloudWatch log groups and metric filters."""

from __future__ import annotations

from standin.cloudformation.property_names import lower_names
from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, ResourceHandler, handles
from standin.cloudformation.resources.configured_resource import ConfiguredResource


@handles("AWS::Logs::LogGroup")
class LogGroup(ConfiguredResource):
    """Handler of log groups with their retention periods."""

    name_property = "LogGroupName"

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the log group with its retention period and return it. See `ResourceHandler`."""
        name = request.properties.get("LogGroupName") or request.unique_name(512)
        request.client("logs").create_log_group(logGroupName=name)
        self.configure(request, name)
        return PhysicalResource(name, {"Arn": request.account.arn("logs", f"log-group:{name}:*")})

    def delete(self, request: HandlerRequest) -> None:
        """Delete the log group. See `ResourceHandler`."""
        request.client("logs").delete_log_group(logGroupName=request.existing.physical_id)

    def configure(self, request: HandlerRequest, name: str) -> None:
        """Set the retention period of the log group `name`, if one is declared. See `ConfiguredResource`."""
        if days := request.properties.get("RetentionInDays"):
            request.client("logs").put_retention_policy(logGroupName=name, retentionInDays=int(days))


@handles("AWS::Logs::MetricFilter")
class MetricFilter(ResourceHandler):
    """Handler of metric filters, which turn log lines into a metric."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the filter and return it. See `ResourceHandler`."""
        name = request.properties.get("FilterName") or request.unique_name()
        request.client("logs").put_metric_filter(
            logGroupName=request.properties["LogGroupName"],
            filterName=name,
            filterPattern=request.properties["FilterPattern"],
            metricTransformations=lower_names(
                [
                    {**transformation, "MetricValue": str(transformation["MetricValue"])}
                    for transformation in request.properties["MetricTransformations"]
                ],
                keep=frozenset({"Dimensions"}),
            ),
        )
        return PhysicalResource(name)

    def delete(self, request: HandlerRequest) -> None:
        """Delete the filter. See `ResourceHandler`."""
        request.client("logs").delete_metric_filter(
            logGroupName=request.old_properties["LogGroupName"], filterName=request.existing.physical_id
        )
