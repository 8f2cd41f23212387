"""Summaries of what a role may do with each resource, for the diagram."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from infra.cloud_assembly import CloudAssembly, Resource

#: The verb for actions that begin with a text.
_VERBS = {
    "s3:Get": "reads",
    "s3:List": "lists",
    "s3:Put": "writes",
    "s3:Delete": "deletes",
    "batch:Submit": "submits to",
    "sns:Publish": "sends to",
    "kms:": "encrypts with",
}


def summarize_role(assembly: CloudAssembly, role: Resource) -> Mapping[Resource, str]:
    """Summarize the policies of a role.

    Args:
        assembly: The synthesized stacks.
        role: The role.

    Returns:
        A few words for each resource that the policies name, such as `reads input/, models/<br/>writes output/`.
    """
    # The folders are the keys of a dict, which keeps their order and drops repeated ones.
    folders: dict[Resource, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for policy in assembly.of_type("AWS::IAM::Policy"):
        if role not in assembly.references(policy.stack, policy.properties["Roles"]):
            continue
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            for resource, folder in _resources(assembly, policy.stack, statement.get("Resource", [])):
                for verb in _verbs(statement["Action"]):
                    folders[resource][verb][folder] = None
    return {resource: "<br/>".join(_phrases(by_verb)) for resource, by_verb in folders.items()}


def _phrases(folders_by_verb: Mapping[str, Mapping[str, None]]) -> Iterator[str]:
    """Yield a phrase for each verb, such as `reads input/, models/`."""
    for verb, folders in folders_by_verb.items():
        # Listing is left out: it belongs to reading, and concerns the whole bucket.
        if verb != "lists":
            yield f"{verb} {', '.join(filter(None, folders))}".strip()


def _verbs(actions: str | list[str]) -> Iterator[str]:
    for action in [actions] if isinstance(actions, str) else actions:
        yield from (verb for start, verb in _VERBS.items() if action.startswith(start) and "Tagging" not in action)


def _resources(assembly: CloudAssembly, stack: str, arns: Any) -> Iterator[tuple[Resource, str]]:
    """Yield the resource of each ARN of a statement, with the folder or the key in the ARN, or an empty text."""
    for arn in arns if isinstance(arns, list) else [arns]:
        parts = arn.get("Fn::Join", ["", []])[1] if isinstance(arn, Mapping) else []
        last_part = parts[-1] if parts and isinstance(parts[-1], str) else ""
        start, wildcard, _ = last_part.partition("*")
        folder = start.strip("/")
        for resource in assembly.references(stack, arn):
            yield resource, f"{folder}/" if folder and wildcard else folder
