"""Handler of VPC flow logs."""

from __future__ import annotations

from standin.cloudformation.property_names import pick
from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, ResourceHandler, handles
from standin.cloudformation.resources.tagged import tag_specifications


@handles("AWS::EC2::FlowLog")
class FlowLog(ResourceHandler):
    """Handler of the flow logs of a VPC."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the flow log and return it. See `ResourceHandler`."""
        properties = request.properties
        response = request.client("ec2").create_flow_logs(
            ResourceIds=[properties["ResourceId"]],
            TagSpecifications=tag_specifications(request, "vpc-flow-log"),
            **pick(properties, "ResourceType", "TrafficType", "LogDestinationType", "LogDestination", "LogGroupName"),
            **pick(properties, "DeliverLogsPermissionArn", "MaxAggregationInterval"),
        )
        [resource_id] = response["FlowLogIds"]
        return PhysicalResource(resource_id, {"Id": resource_id})

    def delete(self, request: HandlerRequest) -> None:
        """Delete the flow log. See `ResourceHandler`."""
        request.client("ec2").delete_flow_logs(FlowLogIds=[request.existing.physical_id])
