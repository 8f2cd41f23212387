"""Evaluation of IAM policies. Tests of the templates use this module, too, so it uses the standard library only.

Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements". An unknown element or condition is an
error, so that no policy appears to allow more or less than it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

_ELEMENTS = {"Action", "Condition", "Effect", "NotAction", "NotResource", "Principal", "Resource", "Sid"}
_IF_EXISTS = "IfExists"


@dataclass(frozen=True)
class RequiredPermission:
    """A permission that a request needs: one action on one resource, and the request's values of condition keys."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


class PolicyUnsupported(NotImplementedError):
    """Raised when a policy has an element or condition that cannot be evaluated here."""


def evaluate(
    documents: Iterable[Mapping[str, Any]], permission: RequiredPermission, principal: str | None = None
) -> bool | None:
    """Evaluate policies for one permission.

    Args:
        documents: the policies.
        permission: a permission that a request needs.
        principal: the sender, for policies that name principals: the ARN of a role, or the name of an AWS service.

    Returns:
        False if a statement denies the permission; otherwise True if a statement allows it; otherwise None.

    Raises:
        PolicyUnsupported: a policy cannot be evaluated here.
    """
    allowed: bool | None = None
    for document in documents:
        for statement in _as_list(document["Statement"]):
            if _applies(statement, permission, principal):
                if statement["Effect"] == "Deny":
                    return False
                allowed = True
    return allowed


def _applies(statement: Mapping[str, Any], permission: RequiredPermission, principal: str | None) -> bool:
    if unknown := statement.keys() - _ELEMENTS:
        raise PolicyUnsupported(f"Policies with {', '.join(sorted(unknown))} cannot be evaluated here.")
    return (
        _element_matches(statement, "Action", permission.action.lower(), str.lower)
        and _element_matches(statement, "Resource", permission.resource)
        and _names_principal(statement.get("Principal"), principal)
        and all(
            _condition_holds(operator, key, _as_list(values), permission.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _element_matches(
    statement: Mapping[str, Any], element: str, value: str, normalize: Callable[[str], str] = str
) -> bool:
    """Return whether `value` matches `Action` or `Resource`, or does not match `NotAction` or `NotResource`.

    Args:
        statement: the statement of a policy.
        element: `Action` or `Resource`.
        value: the action or the ARN of the resource.
        normalize: converts the statement's patterns to the case of `value`.
    """
    if {element, f"Not{element}"} <= statement.keys():
        raise PolicyUnsupported(f"A statement with both {element} and Not{element} is invalid.")
    patterns = _as_list(statement.get(element, statement.get(f"Not{element}", [])))
    matches = any(_matches(normalize(pattern), value) for pattern in patterns)
    return matches if element in statement else f"Not{element}" in statement and not matches


def _names_principal(element: Any, principal: str | None) -> bool:
    if element is None or element == "*":
        return True
    names = [name for kind in ("AWS", "Service") for name in _as_list(element.get(kind, []))]
    return any(name in ("*", principal) for name in names)


def _condition_holds(operator: str, key: str, values: list[Any], context: Mapping[str, str]) -> bool:
    """Return whether a condition on one key holds.

    If the request lacks the key, a negated operator such as `StringNotEquals` holds, and other operators do not.
    Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
    """
    actual = {name.lower(): value for name, value in context.items()}.get(key.lower())
    if operator == "Null":
        return (actual is None) == (str(values[0]).lower() == "true")
    name = operator.removesuffix(_IF_EXISTS)
    is_negated = "Not" in name
    test = _TESTS.get(name.replace("Not", "", 1))
    if test is None:
        raise PolicyUnsupported(f"The condition {operator} of {key} cannot be evaluated here.")
    if actual is None:
        return is_negated or operator.endswith(_IF_EXISTS)
    return any(test(str(value), actual) for value in values) != is_negated


def _matches(pattern: str, value: str) -> bool:
    """Return whether `value` matches `pattern`. Only `*` and `?` are wildcards, and `*` matches `/`, too."""
    return _compiled(pattern).fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.compile(expression, re.DOTALL)


#: Tests of a policy's value against a request's value, by operator without `Not` and `IfExists`.
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda expected, actual: expected == actual,
    "StringEqualsIgnoreCase": lambda expected, actual: expected.lower() == actual.lower(),
    "StringLike": _matches,
    "ArnEquals": _matches,
    "ArnLike": _matches,
    "Bool": lambda expected, actual: expected.lower() == actual.lower(),
    "NumericEquals": lambda expected, actual: float(actual) == float(expected),
    "NumericLessThan": lambda expected, actual: float(actual) < float(expected),
    "NumericLessThanEquals": lambda expected, actual: float(actual) <= float(expected),
    "NumericGreaterThan": lambda expected, actual: float(actual) > float(expected),
    "NumericGreaterThanEquals": lambda expected, actual: float(actual) >= float(expected),
}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
