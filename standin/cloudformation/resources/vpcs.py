"""Handlers of VPCs and subnets."""

from __future__ import annotations

from standin.cloudformation.property_names import pick
from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, handles
from standin.cloudformation.resources.tagged import Tagged, tag_specifications


@handles("AWS::EC2::VPC")
class Vpc(Tagged):
    """Handler of VPCs."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the VPC and return it. See `ResourceHandler`."""
        ec2, properties = request.client("ec2"), request.properties
        vpc = ec2.create_vpc(
            CidrBlock=properties["CidrBlock"],
            TagSpecifications=tag_specifications(request, "vpc"),
            **pick(properties, "InstanceTenancy"),
        )["Vpc"]
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            if name in properties:
                ec2.modify_vpc_attribute(VpcId=vpc["VpcId"], **{name: {"Value": properties[name]}})
        groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["SecurityGroups"]
        attributes = {
            "VpcId": vpc["VpcId"],
            "CidrBlock": vpc["CidrBlock"],
            "DefaultSecurityGroup": groups[0]["GroupId"],
        }
        return PhysicalResource(vpc["VpcId"], attributes)

    def delete(self, request: HandlerRequest) -> None:
        """Delete the VPC. See `ResourceHandler`."""
        request.client("ec2").delete_vpc(VpcId=request.existing.physical_id)


@handles("AWS::EC2::Subnet")
class Subnet(Tagged):
    """Handler of subnets. A subnet is in one availability zone."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the subnet and return it. See `ResourceHandler`."""
        ec2, properties = request.client("ec2"), request.properties
        subnet = ec2.create_subnet(
            TagSpecifications=tag_specifications(request, "subnet"),
            **pick(properties, "VpcId", "CidrBlock", "AvailabilityZone", "AvailabilityZoneId"),
        )["Subnet"]
        resource_id = subnet["SubnetId"]
        if properties.get("MapPublicIpOnLaunch"):
            ec2.modify_subnet_attribute(SubnetId=resource_id, MapPublicIpOnLaunch={"Value": True})
        return PhysicalResource(
            resource_id,
            {"SubnetId": resource_id, "AvailabilityZone": subnet["AvailabilityZone"], "VpcId": properties["VpcId"]},
        )

    def delete(self, request: HandlerRequest) -> None:
        """Delete the subnet. See `ResourceHandler`."""
        request.client("ec2").delete_subnet(SubnetId=request.existing.physical_id)
