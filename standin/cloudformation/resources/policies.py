"""Handlers of inline and managed IAM policies."""

from __future__ import annotations

import json
from collections.abc import Iterable

from standin.cloudformation.property_names import pick
from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)


@handles("AWS::IAM::Policy")
class InlinePolicy(ResourceHandler):
    """Handler of inline policies. A policy belongs to the roles that it names."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Put the policy into its roles and return the policy. See `ResourceHandler`."""
        self._put_into(request, request.properties["Roles"])
        return PhysicalResource(request.unique_name())

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Put the policy into its roles, and delete it from roles that it no longer names. See `ResourceHandler`.

        A new name needs a new policy.
        """
        if request.has_changed("PolicyName"):
            raise ReplacementRequired
        self._delete_from(request, set(request.old_properties["Roles"]) - set(request.properties["Roles"]))
        self._put_into(request, request.properties["Roles"])
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Delete the policy from its roles. See `ResourceHandler`."""
        self._delete_from(request, request.old_properties["Roles"])

    def _put_into(self, request: HandlerRequest, roles: Iterable[str]) -> None:
        name, document = request.properties["PolicyName"], json.dumps(request.properties["PolicyDocument"])
        for role in roles:
            request.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)

    def _delete_from(self, request: HandlerRequest, roles: Iterable[str]) -> None:
        for role in roles:
            request.client("iam").delete_role_policy(RoleName=role, PolicyName=request.old_properties["PolicyName"])


@handles("AWS::IAM::ManagedPolicy")
class ManagedPolicy(ResourceHandler):
    """Handler of managed policies, which several roles can use."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the policy, attach it to its roles, and return the policy. See `ResourceHandler`."""
        iam, properties = request.client("iam"), request.properties
        name, document = (
            properties.get("ManagedPolicyName") or request.unique_name(),
            json.dumps(properties["PolicyDocument"]),
        )
        arn = iam.create_policy(PolicyName=name, PolicyDocument=document, **pick(properties, "Path"))["Policy"]["Arn"]
        for role in properties.get("Roles", []):
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        return PhysicalResource(arn, {"PolicyArn": arn})

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Replace the policy's document. Any other change needs a new policy. See `ResourceHandler`."""
        if request.has_changed("ManagedPolicyName", "Path", "Roles"):
            raise ReplacementRequired
        iam, arn = request.client("iam"), request.existing.physical_id
        for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        document = json.dumps(request.properties["PolicyDocument"])
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Detach the policy from all roles and delete it. See `ResourceHandler`."""
        iam, arn = request.client("iam"), request.existing.physical_id
        for role in iam.list_entities_for_policy(PolicyArn=arn)["PolicyRoles"]:
            iam.detach_role_policy(RoleName=role["RoleName"], PolicyArn=arn)
        iam.delete_policy(PolicyArn=arn)
