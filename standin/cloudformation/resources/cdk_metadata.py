"""Handler of the CDK's metadata."""

from __future__ import annotations

from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, ResourceHandler, handles


@handles("AWS::CDK::Metadata")
class Metadata(ResourceHandler):
    """Handler of the resource in which the CDK reports its version to AWS. The stand-in only records the resource."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Return the resource, without a call of AWS. See `ResourceHandler`."""
        return PhysicalResource(request.unique_name())

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Return the existing resource unchanged. See `ResourceHandler`."""
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Do nothing. See `ResourceHandler`."""
