"""The intrinsic functions of templates: `Ref`, `Fn::GetAtt`, `Fn::Sub` and others."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from standin.cloudformation.errors import NotSupported
from standin.cloudformation.template import PLACEHOLDER, Template

#: The value of `Ref: AWS::NoValue`, which removes a property.
NO_VALUE = object()


@dataclass(frozen=True)
class Resolver:
    """A resolver, which replaces the intrinsic functions in a template's values by their results.

    Args:
        template: Supplies conditions, mappings and outputs.
        ref: Returns the value of `Ref` for a name.
        attribute: Returns the value of `Fn::GetAtt` for a logical id and an attribute.
        import_value: Returns the value that another stack exports under a name.
        zones: Names of the region's availability zones.
    """

    template: Template
    ref: Callable[[str], Any]
    attribute: Callable[[str, str], Any]
    import_value: Callable[[str], str]
    zones: list[str]

    def condition(self, name: str) -> bool:
        """Return whether the condition `name` holds."""
        return self._holds(self.template.conditions[name])

    def is_enabled(self, declaration: Mapping[str, Any]) -> bool:
        """Return whether the condition of a resource or an output holds, or true if it has no condition."""
        return "Condition" not in declaration or self.condition(declaration["Condition"])

    def outputs(self) -> dict[str, tuple[str, str | None, str]]:
        """Return for each key of an enabled output its value, export name and description.

        The export name is None if the output is not exported.
        """
        return {
            key: (
                str(self.value(declaration["Value"])),
                self.value(declaration["Export"]["Name"]) if "Export" in declaration else None,
                declaration.get("Description", ""),
            )
            for key, declaration in self.template.outputs.items()
            if self.is_enabled(declaration)
        }

    def value(self, value: Any) -> Any:
        """Return `value` with all functions replaced, and without properties whose value is `AWS::NoValue`.

        Raises:
            NotSupported: A function is not implemented.
        """
        if isinstance(value, list):
            return [item for item in map(self.value, value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, argument)] = value.items()
            if function == "Ref":
                return NO_VALUE if argument == "AWS::NoValue" else self.ref(argument)
            if function.startswith("Fn::"):
                return self._call(function, argument)
        resolved = {key: self.value(inner) for key, inner in value.items()}
        return {key: inner for key, inner in resolved.items() if inner is not NO_VALUE}

    def _call(self, function: str, argument: Any) -> Any:
        functions: dict[str, Callable[[Any], Any]] = {
            "Fn::GetAtt": self._get_attribute,
            "Fn::Sub": self._substitute,
            "Fn::If": lambda args: self.value(args[1 if self.condition(args[0]) else 2]),
            "Fn::Join": lambda args: args[0].join(str(item) for item in self.value(args[1])),
            "Fn::Split": lambda args: self.value(args[1]).split(args[0]),
            "Fn::Select": lambda args: self.value(args[1])[int(self.value(args[0]))],
            "Fn::ImportValue": lambda name: self.import_value(self.value(name)),
            "Fn::GetAZs": lambda _: self.zones,
            "Fn::FindInMap": self._find_in_map,
            "Fn::Base64": lambda text: base64.b64encode(self.value(text).encode()).decode(),
            "Fn::ToJsonString": lambda inner: json.dumps(self.value(inner)),
        }
        if function not in functions:
            raise NotSupported(f"The local CloudFormation does not know {function}.")
        return functions[function](argument)

    def _get_attribute(self, argument: Any) -> Any:
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        return self.attribute(name, self.value(attribute))

    def _find_in_map(self, argument: list[Any]) -> Any:
        name, first_key, second_key = map(self.value, argument)
        return self.template.mappings[name][first_key][second_key]

    def _substitute(self, argument: Any) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else argument

        def replacement(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in variables:
                return str(self.value(variables[name]))
            return str(self._get_attribute(name) if "." in name else self.ref(name))

        return PLACEHOLDER.sub(replacement, text)

    def _holds(self, condition: Any) -> bool:
        [(function, argument)] = condition.items()
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
