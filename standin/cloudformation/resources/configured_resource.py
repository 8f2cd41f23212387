"""Resource types whose API creates a resource first and sets its options with separate calls."""

from __future__ import annotations

from typing import ClassVar

from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
)


class ConfiguredResource(ResourceHandler):
    """A resource whose options are set by `configure`. A new name needs a new resource.

    Attributes:
        name_property: Property that contains the name.
    """

    name_property: ClassVar[str]

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Set the declared options of the existing resource. See `ResourceHandler`."""
        if request.has_changed(self.name_property):
            raise ReplacementRequired
        self.configure(request, request.existing.physical_id)
        return request.existing

    def configure(self, request: HandlerRequest, name: str) -> None:
        """Set the declared options of the existing resource `name`."""
        raise NotImplementedError
