"""Lambda: functions exist, but none runs here. Those of the CDK's own resources are in `custom`."""

from __future__ import annotations

from standin.cloudformation.provider import Made, Provider, Replace, Request, provides


@provides("AWS::Lambda::Function")
class Function(Provider):
    """A function. What its code is made of must have been uploaded."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        self._check_code(request)
        name = request.properties.get("FunctionName") or request.name(64)
        return Made(name, {"Arn": request.account.arn("lambda", f"function:{name}")})

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("FunctionName"):
            raise Replace
        self._check_code(request)
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`."""

    @staticmethod
    def _check_code(request: Request) -> None:
        code = request.properties["Code"]
        if "S3Bucket" in code:
            request.client("s3").head_object(Bucket=code["S3Bucket"], Key=code["S3Key"])


@provides("AWS::Lambda::LayerVersion")
class Layer(Provider):
    """A library of functions."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        content = request.properties["Content"]
        request.client("s3").head_object(Bucket=content["S3Bucket"], Key=content["S3Key"])
        return Made(request.account.arn("lambda", f"layer:{request.name(140)}:1"))

    def delete(self, request: Request) -> None:
        """See `Provider`."""


@provides("AWS::Lambda::Permission")
class Permission(Provider):
    """Who may call a function."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        return Made(request.name())

    def delete(self, request: Request) -> None:
        """See `Provider`."""
