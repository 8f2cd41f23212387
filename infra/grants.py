"""Permissions of a role, with the reason for each wildcard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.accepted_findings import accept_findings


@dataclass(frozen=True)
class Permission:
    """Actions that a role may take, and the resources on which the role may take them."""

    actions: Sequence[str]
    resources: Sequence[str]
    #: Why actions or resources contain a `*`, if they do.
    why: str = ""
    conditions: Mapping[str, Any] = field(default_factory=dict)
    #: Whether the actions are allowed on all resources except `resources`.
    elsewhere: bool = False


def grant(role: iam.Role | iam.ManagedPolicy, permissions: Iterable[Permission]) -> None:
    """Grant permissions to a role, or add them to a policy for roles.

    cdk-nag's findings about a `*` are accepted for the reason in the permission.
    """
    for permission in permissions:
        statement = iam.PolicyStatement(
            actions=list(permission.actions),
            resources=None if permission.elsewhere else list(permission.resources),
            not_resources=list(permission.resources) if permission.elsewhere else None,
            conditions=dict(permission.conditions),
        )
        if isinstance(role, iam.ManagedPolicy):
            role.add_statements(statement)
        else:
            role.add_to_principal_policy(statement)
        wildcards = [f"Action::{action}" for action in permission.actions if "*" in action]
        if not permission.elsewhere:
            resources = [flatten(Stack.of(role).resolve(resource)) for resource in permission.resources]
            wildcards += [f"Resource::{resource}" for resource in resources if "*" in resource]
        accept_findings(role, {f"AwsSolutions-IAM5[{wildcard}]": permission.why for wildcard in wildcards})


def flatten(resource: Any) -> str:
    """Return a resource of a policy as text, in the form that cdk-nag uses: `arn:<AWS::Partition>:…`.

    Args:
        resource: Text, or one of CloudFormation's functions as a dictionary.

    Raises:
        ValueError: The resource is a function that no policy here uses.
    """
    match resource:
        case str():
            return resource
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(flatten(part) for part in parts)
        case {"Fn::ImportValue": str(name)}:
            return name
        case {"Ref": str(name)}:
            return f"<{name}>"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"<{name}.{attribute}>"
    raise ValueError(f"{resource!r} is not a resource of a policy.")
