"""CloudFormation templates: their parser, and the order in which their resources are created."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

import yaml

from standin.cloudformation.errors import ValidationError

#: A placeholder in the text of `Fn::Sub`.
PLACEHOLDER = re.compile(r"\$\{(!?[^}]+)\}")


class _Loader(yaml.SafeLoader):
    """A loader of YAML that reads dates, such as `Version: 2012-10-17`, as text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Template:
    """A parsed template.

    Raises:
        ValidationError: The text declares no resources.
    """

    def __init__(self, body: str) -> None:
        self.body = body
        document = yaml.load(body, _Loader)  # noqa: S506  (derived from SafeLoader); JSON is YAML, too
        if not isinstance(document, dict) or not document.get("Resources"):
            raise ValidationError("Template format error: At least one Resources member must be defined.")
        self.description: str = document.get("Description") or ""
        self.parameters: dict[str, Any] = document.get("Parameters") or {}
        self.conditions: dict[str, Any] = document.get("Conditions") or {}
        self.mappings: dict[str, Any] = document.get("Mappings") or {}
        self.resources: dict[str, Any] = document["Resources"]
        self.outputs: dict[str, Any] = document.get("Outputs") or {}

    def creation_order(self) -> list[str]:
        """Return the logical ids of all resources. Each one comes after the resources that it depends on.

        Raises:
            ValidationError: The dependencies form a cycle.
        """
        graph = {name: self._dependencies(resource) for name, resource in self.resources.items()}
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            raise ValidationError(f"Circular dependency between resources: {error.args[1]}") from error

    def _dependencies(self, resource: Mapping[str, Any]) -> set[str]:
        depends = resource.get("DependsOn", [])
        explicit = {depends} if isinstance(depends, str) else set(depends)
        return (explicit | set(_references(resource.get("Properties", {})))) & self.resources.keys()


def _references(value: Any) -> Iterator[str]:
    """Yield all names to which the intrinsic functions in `value` refer."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key == "Ref":
            yield inner
        elif key == "Fn::GetAtt":
            yield inner.partition(".")[0] if isinstance(inner, str) else inner[0]
        else:
            if key == "Fn::Sub":
                text = inner if isinstance(inner, str) else inner[0]
                yield from (placeholder.partition(".")[0] for placeholder in PLACEHOLDER.findall(text))
            yield from _references(inner)
