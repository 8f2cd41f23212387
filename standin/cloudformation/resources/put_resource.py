"""Resource types whose API creates and updates a resource with the same call, by its name."""

from __future__ import annotations

from typing import ClassVar

from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
)


class PutResource(ResourceHandler):
    """A resource that is created or overwritten by `put`. A new name needs a new resource.

    Attributes:
        name_property: Property that contains the name.
        name_limit: Longest name that the service accepts, in characters.
    """

    name_property: ClassVar[str]
    name_limit: ClassVar[int] = 128

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the resource with its declared or a generated name, and return it. See `ResourceHandler`."""
        return self.put(request, request.properties.get(self.name_property) or request.unique_name(self.name_limit))

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Overwrite the existing resource and return it. See `ResourceHandler`."""
        if request.has_changed(self.name_property):
            raise ReplacementRequired
        return self.put(request, request.existing.physical_id)

    def put(self, request: HandlerRequest, name: str) -> PhysicalResource:
        """Create or overwrite the resource `name` and return it."""
        raise NotImplementedError
