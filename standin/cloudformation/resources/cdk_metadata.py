"""The CDK's metadata."""

from __future__ import annotations

from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, ResourceHandler, handles


@handles("AWS::CDK::Metadata")
class Metadata(ResourceHandler):
    """The resource in which the CDK reports its version to AWS. It does nothing."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        return PhysicalResource(request.unique_name())

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """See `ResourceHandler`."""
