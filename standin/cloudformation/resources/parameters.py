"""What `cdk bootstrap` needs beside buckets, roles and repositories: parameters and keys; and nothing at all."""

from __future__ import annotations

import json

from standin.cloudformation.provider import Made, Provider, Replace, Request, provides


@provides("AWS::SSM::Parameter")
class Parameter(Provider):
    """A value under a name."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        return self._put(request, request.properties.get("Name") or request.name())

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("Name"):
            raise Replace
        return self._put(request, request.made.physical_id)

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ssm").delete_parameter(Name=request.made.physical_id)

    @staticmethod
    def _put(request: Request, name: str) -> Made:
        value, type_ = str(request.properties["Value"]), request.properties["Type"]
        request.client("ssm").put_parameter(Name=name, Value=value, Type=type_, Overwrite=True)
        return Made(name, {"Value": value, "Type": type_})


@provides("AWS::KMS::Key")
class Key(Provider):
    """A key."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        made = request.client("kms").create_key(Policy=json.dumps(request.properties["KeyPolicy"]))["KeyMetadata"]
        return Made(made["KeyId"], {"Arn": made["Arn"], "KeyId": made["KeyId"]})

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        policy = json.dumps(request.properties["KeyPolicy"])
        request.client("kms").put_key_policy(KeyId=request.made.physical_id, PolicyName="default", Policy=policy)
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("kms").schedule_key_deletion(KeyId=request.made.physical_id, PendingWindowInDays=7)


@provides("AWS::KMS::Alias")
class Alias(Provider):
    """A name for a key."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        name, key = request.properties["AliasName"], request.properties["TargetKeyId"]
        request.client("kms").create_alias(AliasName=name, TargetKeyId=key)
        return Made(name)

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("kms").delete_alias(AliasName=request.made.physical_id)


@provides("AWS::CDK::Metadata")
class Metadata(Provider):
    """What the CDK tells AWS of itself."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        return Made(request.name())

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`."""
