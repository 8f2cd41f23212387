"""Handlers of Lambda functions, layers and permissions. The stand-in remembers that they exist, and runs no function.

The modules `bucket_deployments` and `emptied_buckets` do the work of the CDK's own functions.
"""

from __future__ import annotations

from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)


@handles("AWS::Lambda::Function")
class Function(ResourceHandler):
    """Handler of Lambda functions. The code of a function must have been uploaded, but it never runs."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Check that the code was uploaded, and return the function. See `ResourceHandler`."""
        self._check_code(request)
        name = request.properties.get("FunctionName") or request.unique_name(64)
        return PhysicalResource(name, {"Arn": request.account.arn("lambda", f"function:{name}")})

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Check that the new code was uploaded. A new name needs a new function. See `ResourceHandler`."""
        if request.has_changed("FunctionName"):
            raise ReplacementRequired
        self._check_code(request)
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Do nothing. See `ResourceHandler`."""

    @staticmethod
    def _check_code(request: HandlerRequest) -> None:
        code = request.properties["Code"]
        if "S3Bucket" in code:
            request.client("s3").head_object(Bucket=code["S3Bucket"], Key=code["S3Key"])


@handles("AWS::Lambda::LayerVersion")
class Layer(ResourceHandler):
    """Handler of layers: files that several Lambda functions share."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Check that the files were uploaded, and return the layer. See `ResourceHandler`."""
        content = request.properties["Content"]
        request.client("s3").head_object(Bucket=content["S3Bucket"], Key=content["S3Key"])
        return PhysicalResource(request.account.arn("lambda", f"layer:{request.unique_name(140)}:1"))

    def delete(self, request: HandlerRequest) -> None:
        """Do nothing. See `ResourceHandler`."""


@handles("AWS::Lambda::Permission")
class Permission(ResourceHandler):
    """Handler of permissions to invoke a Lambda function."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Return the permission, without a call of AWS. See `ResourceHandler`."""
        return PhysicalResource(request.unique_name())

    def delete(self, request: HandlerRequest) -> None:
        """Do nothing. See `ResourceHandler`."""
