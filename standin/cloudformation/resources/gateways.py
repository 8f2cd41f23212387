"""Handlers of internet gateways, NAT gateways and public IP addresses."""

from __future__ import annotations

from standin.cloudformation.property_names import pick
from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)
from standin.cloudformation.resources.network_interfaces import delete_interfaces
from standin.cloudformation.resources.tagged import Tagged, tag_specifications


@handles("AWS::EC2::InternetGateway")
class InternetGateway(Tagged):
    """Handler of internet gateways."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the gateway and return it. See `ResourceHandler`."""
        tags = tag_specifications(request, "internet-gateway")
        gateway = request.client("ec2").create_internet_gateway(TagSpecifications=tags)["InternetGateway"]
        return PhysicalResource(gateway["InternetGatewayId"], {"InternetGatewayId": gateway["InternetGatewayId"]})

    def delete(self, request: HandlerRequest) -> None:
        """Delete the gateway. See `ResourceHandler`."""
        request.client("ec2").delete_internet_gateway(InternetGatewayId=request.existing.physical_id)


@handles("AWS::EC2::VPCGatewayAttachment")
class GatewayAttachment(ResourceHandler):
    """Handler of the attachment of an internet gateway to a VPC."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Attach the gateway to the VPC and return the attachment. See `ResourceHandler`."""
        request.client("ec2").attach_internet_gateway(**pick(request.properties, "InternetGatewayId", "VpcId"))
        return PhysicalResource(f"IGW|{request.properties['VpcId']}")

    def delete(self, request: HandlerRequest) -> None:
        """Detach the gateway from the VPC. See `ResourceHandler`."""
        request.client("ec2").detach_internet_gateway(**pick(request.old_properties, "InternetGatewayId", "VpcId"))


@handles("AWS::EC2::EIP")
class ElasticIp(Tagged):
    """Handler of public IP addresses."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Allocate the address and return it. See `ResourceHandler`."""
        address = request.client("ec2").allocate_address(
            Domain="vpc", TagSpecifications=tag_specifications(request, "elastic-ip")
        )
        public, allocation = address["PublicIp"], address["AllocationId"]
        return PhysicalResource(public, {"AllocationId": allocation, "PublicIp": public})

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Raise ReplacementRequired: any change needs a new address. See `ResourceHandler`."""
        raise ReplacementRequired

    def delete(self, request: HandlerRequest) -> None:
        """Release the address. See `ResourceHandler`."""
        request.client("ec2").release_address(AllocationId=request.existing.attributes["AllocationId"])


@handles("AWS::EC2::NatGateway")
class NatGateway(Tagged):
    """Handler of NAT gateways, which give private subnets access to the internet."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the gateway and return it. See `ResourceHandler`."""
        gateway = request.client("ec2").create_nat_gateway(
            TagSpecifications=tag_specifications(request, "natgateway"),
            **pick(request.properties, "SubnetId", "AllocationId"),
        )["NatGateway"]
        return PhysicalResource(gateway["NatGatewayId"], {"NatGatewayId": gateway["NatGatewayId"]})

    def delete(self, request: HandlerRequest) -> None:
        """Delete the gateway and its network interfaces. See `ResourceHandler`.

        moto leaves the interfaces, and a subnet with interfaces cannot be deleted.
        """
        ec2, resource_id = request.client("ec2"), request.existing.physical_id
        [gateway] = ec2.describe_nat_gateways(NatGatewayIds=[resource_id])["NatGateways"]
        ec2.delete_nat_gateway(NatGatewayId=resource_id)
        delete_interfaces(ec2, [address["NetworkInterfaceId"] for address in gateway["NatGatewayAddresses"]])
