"""Handlers of IAM roles and instance profiles."""

from __future__ import annotations

import json

from standin.cloudformation.property_names import pick
from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)


@handles("AWS::IAM::Role")
class Role(ResourceHandler):
    """Handler of roles with their inline and attached policies."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the role with its policies and return the role. See `ResourceHandler`."""
        properties, name = request.properties, request.properties.get("RoleName") or request.unique_name(64)
        role = request.client("iam").create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]),
            **pick(properties, "Description", "MaxSessionDuration", "Path", "PermissionsBoundary"),
        )["Role"]
        self._put_policies(request, name)
        return PhysicalResource(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Update the role's policies. A new name or path needs a new role. See `ResourceHandler`."""
        if request.has_changed("RoleName", "Path"):
            raise ReplacementRequired
        iam, name = request.client("iam"), request.existing.physical_id
        document = json.dumps(request.properties["AssumeRolePolicyDocument"])
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
        policy_names = {policy["PolicyName"] for policy in request.properties.get("Policies", [])}
        for policy in request.old_properties.get("Policies", []):
            if policy["PolicyName"] not in policy_names:
                iam.delete_role_policy(RoleName=name, PolicyName=policy["PolicyName"])
        for arn in set(request.old_properties.get("ManagedPolicyArns", [])) - set(
            request.properties.get("ManagedPolicyArns", [])
        ):
            iam.detach_role_policy(RoleName=name, PolicyArn=arn)
        self._put_policies(request, name)
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Delete the role's policies, then the role. IAM allows no other order. See `ResourceHandler`."""
        iam, name = request.client("iam"), request.existing.physical_id
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
        iam.delete_role(RoleName=name)

    def _put_policies(self, request: HandlerRequest, name: str) -> None:
        iam = request.client("iam")
        for policy in request.properties.get("Policies", []):
            document = json.dumps(policy["PolicyDocument"])
            iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=document)
        for arn in request.properties.get("ManagedPolicyArns", []):
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)


@handles("AWS::IAM::InstanceProfile")
class InstanceProfile(ResourceHandler):
    """Handler of instance profiles, which give an EC2 instance its role."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the profile with its roles and return the profile. See `ResourceHandler`."""
        iam, name = request.client("iam"), request.properties.get("InstanceProfileName") or request.unique_name()
        profile = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]
        for role in request.properties["Roles"]:
            iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
        return PhysicalResource(name, {"Arn": profile["Arn"]})

    def delete(self, request: HandlerRequest) -> None:
        """Remove the roles from the profile, and delete the profile. See `ResourceHandler`."""
        iam, name = request.client("iam"), request.existing.physical_id
        for role in request.old_properties["Roles"]:
            iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role)
        iam.delete_instance_profile(InstanceProfileName=name)
