"""CloudWatch Logs."""

from __future__ import annotations

from standin.cloudformation.provider import Made, Provider, Replace, Request, lower, provides


@provides("AWS::Logs::LogGroup")
class LogGroup(Provider):
    """Where logs are kept, and for how long."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        name = request.properties.get("LogGroupName") or request.name(512)
        request.client("logs").create_log_group(logGroupName=name)
        self._retain(request, name)
        return Made(name, {"Arn": request.account.arn("logs", f"log-group:{name}:*")})

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("LogGroupName"):
            raise Replace
        self._retain(request, request.made.physical_id)
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("logs").delete_log_group(logGroupName=request.made.physical_id)

    @staticmethod
    def _retain(request: Request, name: str) -> None:
        if days := request.properties.get("RetentionInDays"):
            request.client("logs").put_retention_policy(logGroupName=name, retentionInDays=int(days))


@provides("AWS::Logs::MetricFilter")
class MetricFilter(Provider):
    """A metric made of what is logged."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        name = request.properties.get("FilterName") or request.name()
        request.client("logs").put_metric_filter(
            logGroupName=request.properties["LogGroupName"],
            filterName=name,
            filterPattern=request.properties["FilterPattern"],
            metricTransformations=lower(
                [
                    {**each, "MetricValue": str(each["MetricValue"])}
                    for each in request.properties["MetricTransformations"]
                ],
                keep=frozenset({"Dimensions"}),
            ),
        )
        return Made(name)

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("logs").delete_metric_filter(
            logGroupName=request.old["LogGroupName"], filterName=request.made.physical_id
        )
