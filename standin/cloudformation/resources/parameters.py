"""Handler of SSM parameters."""

from __future__ import annotations

from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, handles
from standin.cloudformation.resources.put_resource import PutResource


@handles("AWS::SSM::Parameter")
class Parameter(PutResource):
    """Handler of SSM parameters."""

    name_property = "Name"

    def delete(self, request: HandlerRequest) -> None:
        """Delete the parameter. See `ResourceHandler`."""
        request.client("ssm").delete_parameter(Name=request.existing.physical_id)

    def put(self, request: HandlerRequest, name: str) -> PhysicalResource:
        """Create or overwrite the parameter and return it. See `PutResource`."""
        value, type_ = str(request.properties["Value"]), request.properties["Type"]
        request.client("ssm").put_parameter(Name=name, Value=value, Type=type_, Overwrite=True)
        return PhysicalResource(name, {"Value": value, "Type": type_})
