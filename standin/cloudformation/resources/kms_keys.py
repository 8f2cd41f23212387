"""Handlers of KMS keys and their aliases."""

from __future__ import annotations

import json

from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, ResourceHandler, handles


@handles("AWS::KMS::Key")
class Key(ResourceHandler):
    """Handler of KMS keys."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the key and return it. See `ResourceHandler`."""
        metadata = request.client("kms").create_key(Policy=json.dumps(request.properties["KeyPolicy"]))["KeyMetadata"]
        return PhysicalResource(metadata["KeyId"], {"Arn": metadata["Arn"], "KeyId": metadata["KeyId"]})

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Set the policy of the key. See `ResourceHandler`."""
        policy = json.dumps(request.properties["KeyPolicy"])
        request.client("kms").put_key_policy(KeyId=request.existing.physical_id, PolicyName="default", Policy=policy)
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Schedule the deletion of the key. See `ResourceHandler`."""
        request.client("kms").schedule_key_deletion(KeyId=request.existing.physical_id, PendingWindowInDays=7)


@handles("AWS::KMS::Alias")
class Alias(ResourceHandler):
    """Handler of the aliases of KMS keys."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the alias and return it. See `ResourceHandler`."""
        name, key = request.properties["AliasName"], request.properties["TargetKeyId"]
        request.client("kms").create_alias(AliasName=name, TargetKeyId=key)
        return PhysicalResource(name)

    def delete(self, request: HandlerRequest) -> None:
        """Delete the alias. See `ResourceHandler`."""
        request.client("kms").delete_alias(AliasName=request.existing.physical_id)
