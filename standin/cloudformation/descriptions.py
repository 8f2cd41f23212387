"""Descriptions of stacks, their resources, events and change sets, in the form of CloudFormation's API."""

from __future__ import annotations

from typing import Any

from standin.cloudformation.change_set import ChangeSet
from standin.cloudformation.stack import Stack


def describe_stack(stack: Stack) -> dict[str, Any]:
    """Return the description of a stack for DescribeStacks."""
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": stack.template.description if stack.template else "",
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()],
        "CreationTime": stack.created_at,
        "LastUpdatedTime": stack.updated_at,
        "StackStatus": stack.status,
        "StackStatusReason": stack.status_reason,
        "EnableTerminationProtection": stack.protected,
        "RoleARN": stack.role,
        "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
        "Outputs": [
            {"OutputKey": key, "OutputValue": value, "ExportName": export, "Description": description}
            for key, (value, export, description) in stack.outputs.items()
        ],
    }


def describe_events(stack: Stack) -> list[dict[str, Any]]:
    """Return the descriptions of a stack's events, newest first."""
    return [
        {
            "StackId": stack.id,
            "EventId": event.id,
            "StackName": stack.name,
            "LogicalResourceId": event.logical_id,
            "PhysicalResourceId": event.physical_id,
            "ResourceType": event.type,
            "Timestamp": event.time,
            "ResourceStatus": event.status,
            "ResourceStatusReason": event.reason,
        }
        for event in reversed(stack.events)
    ]


def describe_resources(stack: Stack, logical_id: str | None) -> list[dict[str, Any]]:
    """Return the description of the resource `logical_id`, or of all resources of the stack if `logical_id` is None."""
    return [
        {
            "StackName": stack.name,
            "StackId": stack.id,
            "LogicalResourceId": resource.logical_id,
            "PhysicalResourceId": resource.physical.physical_id,
            "ResourceType": resource.type,
            "ResourceStatus": resource.status,
            "Timestamp": resource.changed_at,
            "LastUpdatedTimestamp": resource.changed_at,
        }
        for resource in stack.resources.values()
        if logical_id in (None, resource.logical_id)
    ]


def describe_change_set(change_set: ChangeSet) -> dict[str, Any]:
    """Return the description of a change set. A change set that failed lists no changes."""
    changes = [] if change_set.reason else change_set.resource_changes()
    return {
        "ChangeSetName": change_set.name,
        "ChangeSetId": change_set.id,
        "StackId": change_set.stack.id,
        "StackName": change_set.stack.name,
        "CreationTime": change_set.created_at,
        "ExecutionStatus": "AVAILABLE" if change_set.status == "CREATE_COMPLETE" else "UNAVAILABLE",
        "Status": change_set.status,
        "StatusReason": change_set.reason,
        "Changes": [
            {
                "Type": "Resource",
                "ResourceChange": {"Action": action, "LogicalResourceId": logical_id, "ResourceType": type_},
            }
            for action, logical_id, type_ in changes
        ],
    }
