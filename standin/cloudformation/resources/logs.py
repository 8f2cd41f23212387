"""CloudWatch log groups and metric filters."""

from __future__ import annotations

from standin.cloudformation.property_names import lower_names
from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)


@handles("AWS::Logs::LogGroup")
class LogGroup(ResourceHandler):
    """A log group with its retention period."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        name = request.properties.get("LogGroupName") or request.unique_name(512)
        request.client("logs").create_log_group(logGroupName=name)
        self._set_retention(request, name)
        return PhysicalResource(name, {"Arn": request.account.arn("logs", f"log-group:{name}:*")})

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        if request.has_changed("LogGroupName"):
            raise ReplacementRequired
        self._set_retention(request, request.existing.physical_id)
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """See `ResourceHandler`."""
        request.client("logs").delete_log_group(logGroupName=request.existing.physical_id)

    @staticmethod
    def _set_retention(request: HandlerRequest, name: str) -> None:
        if days := request.properties.get("RetentionInDays"):
            request.client("logs").put_retention_policy(logGroupName=name, retentionInDays=int(days))


@handles("AWS::Logs::MetricFilter")
class MetricFilter(ResourceHandler):
    """A filter that turns log lines into a metric."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
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
        """See `ResourceHandler`."""
        request.client("logs").delete_metric_filter(
            logGroupName=request.old_properties["LogGroupName"], filterName=request.existing.physical_id
        )
