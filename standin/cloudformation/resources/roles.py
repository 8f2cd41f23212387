"""IAM: roles, what they may do, and the profiles through which machines have them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from standin.cloudformation.provider import Made, Provider, Replace, Request, only, provides


@provides("AWS::IAM::Role")
class Role(Provider):
    """A role with its own policies."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        wanted, name = request.properties, request.properties.get("RoleName") or request.name(64)
        role = request.client("iam").create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(wanted["AssumeRolePolicyDocument"]),
            **only(wanted, "Description", "MaxSessionDuration", "Path", "PermissionsBoundary"),
        )["Role"]
        self._give(request, name)
        return Made(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("RoleName", "Path"):
            raise Replace
        iam, name = request.client("iam"), request.made.physical_id
        document = json.dumps(request.properties["AssumeRolePolicyDocument"])
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
        kept = {each["PolicyName"] for each in request.properties.get("Policies", [])}
        for policy in request.old.get("Policies", []):
            if policy["PolicyName"] not in kept:
                iam.delete_role_policy(RoleName=name, PolicyName=policy["PolicyName"])
        for arn in set(request.old.get("ManagedPolicyArns", [])) - set(request.properties.get("ManagedPolicyArns", [])):
            iam.detach_role_policy(RoleName=name, PolicyArn=arn)
        self._give(request, name)
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`. Its policies must go first; those that are resources of their own are gone by now."""
        iam, name = request.client("iam"), request.made.physical_id
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
        iam.delete_role(RoleName=name)

    def _give(self, request: Request, name: str) -> None:
        iam = request.client("iam")
        for policy in request.properties.get("Policies", []):
            document = json.dumps(policy["PolicyDocument"])
            iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=document)
        for arn in request.properties.get("ManagedPolicyArns", []):
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)


@provides("AWS::IAM::Policy")
class InlinePolicy(Provider):
    """A policy within the roles that it names."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        self._put(request, request.properties["Roles"])
        return Made(request.name())

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("PolicyName"):
            raise Replace
        self._take(request, set(request.old["Roles"]) - set(request.properties["Roles"]))
        self._put(request, request.properties["Roles"])
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        self._take(request, request.old["Roles"])

    def _put(self, request: Request, roles: Iterable[str]) -> None:
        name, document = request.properties["PolicyName"], json.dumps(request.properties["PolicyDocument"])
        for role in roles:
            request.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)

    def _take(self, request: Request, roles: Iterable[str]) -> None:
        for role in roles:
            request.client("iam").delete_role_policy(RoleName=role, PolicyName=request.old["PolicyName"])


@provides("AWS::IAM::ManagedPolicy")
class ManagedPolicy(Provider):
    """A policy that roles can share."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        iam, wanted = request.client("iam"), request.properties
        name, document = wanted.get("ManagedPolicyName") or request.name(), json.dumps(wanted["PolicyDocument"])
        arn = iam.create_policy(PolicyName=name, PolicyDocument=document, **only(wanted, "Path"))["Policy"]["Arn"]
        for role in wanted.get("Roles", []):
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        return Made(arn, {"PolicyArn": arn})

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("ManagedPolicyName", "Path", "Roles"):
            raise Replace
        iam, arn = request.client("iam"), request.made.physical_id
        for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        document = json.dumps(request.properties["PolicyDocument"])
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        iam, arn = request.client("iam"), request.made.physical_id
        for role in iam.list_entities_for_policy(PolicyArn=arn)["PolicyRoles"]:
            iam.detach_role_policy(RoleName=role["RoleName"], PolicyArn=arn)
        iam.delete_policy(PolicyArn=arn)


@provides("AWS::IAM::InstanceProfile")
class InstanceProfile(Provider):
    """What gives a machine its role."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        iam, name = request.client("iam"), request.properties.get("InstanceProfileName") or request.name()
        profile = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]
        for role in request.properties["Roles"]:
            iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
        return Made(name, {"Arn": profile["Arn"]})

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        iam, name = request.client("iam"), request.made.physical_id
        for role in request.old["Roles"]:
            iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role)
        iam.delete_instance_profile(InstanceProfileName=name)
