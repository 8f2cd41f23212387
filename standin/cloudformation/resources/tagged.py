"""The common part of all EC2 resources with tags."""

from __future__ import annotations

from typing import Any

from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
)


class Tagged(ResourceHandler):
    """An EC2 resource whose tags can change in place. Any other change needs a new resource."""

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Set the declared tags of the existing resource. See `ResourceHandler`."""
        names = (request.properties.keys() | request.old_properties.keys()) - {"Tags"}
        if request.has_changed(*names):
            raise ReplacementRequired
        tags = [{"Key": key, "Value": value} for key, value in request.tags().items()]
        request.client("ec2").create_tags(Resources=[request.existing.physical_id], Tags=tags)
        return request.existing


def tag_specifications(request: HandlerRequest, resource_type: str) -> list[dict[str, Any]]:
    """Return the declared tags as `TagSpecifications` for a new EC2 resource of type `resource_type`.

    The list is empty if there are no tags.
    """
    tags = [{"Key": key, "Value": value} for key, value in request.tags().items()]
    return [{"ResourceType": resource_type, "Tags": tags}] if tags else []
