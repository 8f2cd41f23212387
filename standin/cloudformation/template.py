"""A template: what it declares, what its intrinsic functions mean, what depends on what."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

import yaml

from standin.cloudformation.errors import NotSupported, ValidationError

#: `Ref: AWS::NoValue` takes a property away.
NO_VALUE = object()
_PLACEHOLDER = re.compile(r"\$\{(!?[^}]+)\}")


class _Loader(yaml.SafeLoader):
    """Reads dates as text: `Version: 2012-10-17`."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Template:
    """A parsed template.

    Raises:
        ValidationError: it is no template.
    """

    def __init__(self, body: str) -> None:
        self.body = body
        document = yaml.load(body, _Loader)  # noqa: S506  (a safe one); JSON is YAML, too
        if not isinstance(document, dict) or not document.get("Resources"):
            raise ValidationError("Template format error: At least one Resources member must be defined.")
        self.description: str = document.get("Description") or ""
        self.parameters: dict[str, Any] = document.get("Parameters") or {}
        self.conditions: dict[str, Any] = document.get("Conditions") or {}
        self.mappings: dict[str, Any] = document.get("Mappings") or {}
        self.resources: dict[str, Any] = document["Resources"]
        self.outputs: dict[str, Any] = document.get("Outputs") or {}

    def order(self) -> list[str]:
        """The logical ids of all resources, each after those that it depends on.

        Raises:
            ValidationError: they depend on each other in a circle.
        """
        graph = {name: self._dependencies(resource) for name, resource in self.resources.items()}
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            raise ValidationError(f"Circular dependency between resources: {error.args[1]}") from error

    def _dependencies(self, resource: Mapping[str, Any]) -> set[str]:
        depends = resource.get("DependsOn", [])
        named = {depends} if isinstance(depends, str) else set(depends)
        return (named | set(_references(resource.get("Properties", {})))) & self.resources.keys()


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _references(each)
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
                yield from (found.partition(".")[0] for found in _PLACEHOLDER.findall(text))
            yield from _references(inner)


class Resolver:
    """Replaces intrinsic functions by what they mean.

    `ref` and `attribute` look up what a logical id stands for; `imported` what another stack exports.
    """

    def __init__(
        self,
        template: Template,
        ref: Callable[[str], Any],
        attribute: Callable[[str, str], Any],
        imported: Callable[[str], str],
        zones: list[str],
    ) -> None:
        self._template = template
        self._ref, self._attribute, self._imported, self._zones = ref, attribute, imported, zones

    def condition(self, name: str) -> bool:
        """Whether the condition `name` holds."""
        return self._holds(self._template.conditions[name])

    def value(self, value: Any) -> Any:
        """`value` with all functions replaced, and without what `AWS::NoValue` takes away.

        Raises:
            NotSupported: a function that this does not know.
        """
        if isinstance(value, list):
            return [each for each in map(self.value, value) if each is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, argument)] = value.items()
            if function == "Ref":
                return NO_VALUE if argument == "AWS::NoValue" else self._ref(argument)
            if function.startswith("Fn::"):
                return self._call(function, argument)
        resolved = {key: self.value(inner) for key, inner in value.items()}
        return {key: inner for key, inner in resolved.items() if inner is not NO_VALUE}

    def _call(self, function: str, argument: Any) -> Any:
        known: dict[str, Callable[[Any], Any]] = {
            "Fn::GetAtt": self._get_attribute,
            "Fn::Sub": self._substitute,
            "Fn::If": lambda three: self.value(three[1 if self.condition(three[0]) else 2]),
            "Fn::Join": lambda two: two[0].join(str(each) for each in self.value(two[1])),
            "Fn::Split": lambda two: self.value(two[1]).split(two[0]),
            "Fn::Select": lambda two: self.value(two[1])[int(self.value(two[0]))],
            "Fn::ImportValue": lambda name: self._imported(self.value(name)),
            "Fn::GetAZs": lambda _: self._zones,
            "Fn::FindInMap": self._find_in_map,
            "Fn::Base64": lambda text: base64.b64encode(self.value(text).encode()).decode(),
            "Fn::ToJsonString": lambda inner: json.dumps(self.value(inner)),
        }
        if function not in known:
            raise NotSupported(f"The local CloudFormation does not know {function}.")
        return known[function](argument)

    def _get_attribute(self, argument: Any) -> Any:
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        return self._attribute(name, self.value(attribute))

    def _find_in_map(self, argument: list[Any]) -> Any:
        name, first, second = map(self.value, argument)
        return self._template.mappings[name][first][second]

    def _substitute(self, argument: Any) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else argument

        def replacement(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in given:
                return str(self.value(given[name]))
            return str(self._get_attribute(name) if "." in name else self._ref(name))

        return _PLACEHOLDER.sub(replacement, text)

    def _holds(self, test: Any) -> bool:
        [(function, argument)] = test.items()
        if function == "Condition":
            return self.condition(argument)
        if function == "Fn::Equals":
            first, second = map(self.value, argument)
            return bool(str(first) == str(second))
        if function == "Fn::Not":
            return not self._holds(argument[0])
        if function in ("Fn::And", "Fn::Or"):
            return (all if function == "Fn::And" else any)(map(self._holds, argument))
        raise NotSupported(f"The local CloudFormation does not know the condition {function}.")
