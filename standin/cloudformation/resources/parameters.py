"""SSM parameters."""

from __future__ import annotations

from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)


@handles("AWS::SSM::Parameter")
class Parameter(ResourceHandler):
    """An SSM parameter."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        return self._put(request, request.properties.get("Name") or request.unique_name())

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        if request.has_changed("Name"):
            raise ReplacementRequired
        return self._put(request, request.existing.physical_id)

    def delete(self, request: HandlerRequest) -> None:
        """See `ResourceHandler`."""
        request.client("ssm").delete_parameter(Name=request.existing.physical_id)

    @staticmethod
    def _put(request: HandlerRequest, name: str) -> PhysicalResource:
        value, type_ = str(request.properties["Value"]), request.properties["Type"]
        request.client("ssm").put_parameter(Name=name, Value=value, Type=type_, Overwrite=True)
        return PhysicalResource(name, {"Value": value, "Type": type_})
