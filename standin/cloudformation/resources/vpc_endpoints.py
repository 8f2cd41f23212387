"""Handler of VPC endpoints."""

from __future__ import annotations

from standin.cloudformation.property_names import pick
from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, handles
from standin.cloudformation.resources.network_interfaces import delete_interfaces
from standin.cloudformation.resources.tagged import Tagged, tag_specifications


@handles("AWS::EC2::VPCEndpoint")
class Endpoint(Tagged):
    """Handler of VPC endpoints, through which a VPC reaches one AWS service without the internet."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the endpoint and return it. See `ResourceHandler`."""
        properties = request.properties
        names = ("VpcId", "ServiceName", "VpcEndpointType", "RouteTableIds", "SubnetIds", "SecurityGroupIds")
        endpoint = request.client("ec2").create_vpc_endpoint(
            TagSpecifications=tag_specifications(request, "vpc-endpoint"),
            **pick(properties, *names, "PrivateDnsEnabled"),
        )["VpcEndpoint"]
        return PhysicalResource(endpoint["VpcEndpointId"], {"Id": endpoint["VpcEndpointId"]})

    def delete(self, request: HandlerRequest) -> None:
        """Delete the endpoint and its network interfaces. See `ResourceHandler`.

        moto leaves the interfaces, and a subnet with interfaces cannot be deleted.
        """
        ec2, resource_id = request.client("ec2"), request.existing.physical_id
        [endpoint] = ec2.describe_vpc_endpoints(VpcEndpointIds=[resource_id])["VpcEndpoints"]
        ec2.delete_vpc_endpoints(VpcEndpointIds=[resource_id])
        delete_interfaces(ec2, endpoint.get("NetworkInterfaceIds", []))
