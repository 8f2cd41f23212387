"""Handlers of route tables and routes."""

from __future__ import annotations

from standin.cloudformation.property_names import pick
from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)
from standin.cloudformation.resources.tagged import Tagged, tag_specifications


@handles("AWS::EC2::RouteTable")
class RouteTable(Tagged):
    """Handler of route tables."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the route table and return it. See `ResourceHandler`."""
        specifications = tag_specifications(request, "route-table")
        ec2, vpc = request.client("ec2"), request.properties["VpcId"]
        resource_id = ec2.create_route_table(VpcId=vpc, TagSpecifications=specifications)["RouteTable"]["RouteTableId"]
        return PhysicalResource(resource_id, {"RouteTableId": resource_id})

    def delete(self, request: HandlerRequest) -> None:
        """Delete the route table. See `ResourceHandler`."""
        request.client("ec2").delete_route_table(RouteTableId=request.existing.physical_id)


@handles("AWS::EC2::SubnetRouteTableAssociation")
class Association(ResourceHandler):
    """Handler of the assignment of a route table to a subnet."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Assign the route table to the subnet and return the assignment. See `ResourceHandler`."""
        association = request.client("ec2").associate_route_table(
            **pick(request.properties, "SubnetId", "RouteTableId")
        )
        return PhysicalResource(association["AssociationId"], {"Id": association["AssociationId"]})

    def delete(self, request: HandlerRequest) -> None:
        """Remove the assignment. See `ResourceHandler`."""
        request.client("ec2").disassociate_route_table(AssociationId=request.existing.physical_id)


@handles("AWS::EC2::Route")
class Route(ResourceHandler):
    """Handler of the routes in a route table."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the route and return it. See `ResourceHandler`."""
        request.client("ec2").create_route(**request.properties)
        return PhysicalResource(f"{request.properties['RouteTableId']}|{request.properties['DestinationCidrBlock']}")

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Change where the route leads. Another table or destination needs a new route. See `ResourceHandler`."""
        if request.has_changed("RouteTableId", "DestinationCidrBlock"):
            raise ReplacementRequired
        request.client("ec2").replace_route(**request.properties)
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Delete the route. See `ResourceHandler`."""
        request.client("ec2").delete_route(**pick(request.old_properties, "RouteTableId", "DestinationCidrBlock"))
