"""What a role may do with what, in a few words, from its policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from infra.assembly import Assembly, Resource

#: Words for actions, by how their name begins after the service; the first that fits.
_VERBS = {
    "s3:Get": "reads",
    "s3:List": "lists",
    "s3:Put": "writes",
    "s3:Delete": "deletes",
    "batch:Submit": "submits to",
    "sns:Publish": "tells",
    "kms:": "encrypts with",
}


def permitted(assembly: Assembly, role: Resource) -> Mapping[Resource, str]:
    """What a role may do with each resource that its policies name: `reads input/, models/<br/>writes output/`."""
    found: dict[Resource, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for policy in assembly.of_type("AWS::IAM::Policy"):
        if role not in assembly.references(policy.stack, policy.properties["Roles"]):
            continue
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            for resource, folder in _named(assembly, policy.stack, statement.get("Resource", [])):
                for verb in _verbs(statement["Action"]):
                    found[resource][verb][folder] = None
    return {resource: "<br/>".join(_sentences(verbs)) for resource, verbs in found.items()}


def _sentences(verbs: Mapping[str, Mapping[str, None]]) -> Iterator[str]:
    for verb, folders in verbs.items():
        # To list is needed for reading, and is of the whole bucket.
        if verb != "lists":
            yield f"{verb} {', '.join(filter(None, folders))}".strip()


def _verbs(actions: str | list[str]) -> Iterator[str]:
    for action in [actions] if isinstance(actions, str) else actions:
        yield from (verb for start, verb in _VERBS.items() if action.startswith(start) and "Tagging" not in action)


def _named(assembly: Assembly, stack: str, resources: Any) -> Iterator[tuple[Resource, str]]:
    """Each resource, with the folder of it that is meant."""
    for each in resources if isinstance(resources, list) else [resources]:
        joined = each.get("Fn::Join", ["", []])[1] if isinstance(each, Mapping) else []
        last = joined[-1] if joined and isinstance(joined[-1], str) else ""
        folder = last.partition("*")[0].strip("/")
        for resource in assembly.references(stack, each):
            yield resource, f"{folder}/" if folder else ""
