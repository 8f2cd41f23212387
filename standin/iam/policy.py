"""What policies allow. Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

#: So begins the line of the server's log about a request that a role's policies refuse.
REFUSED = "Refused: "
_IF_EXISTS = "IfExists"


@dataclass(frozen=True)
class Need:
    """One action on one resource, and what conditions can ask of it."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


class ConditionUnknown(Exception):
    """Raised when a policy has a condition that this cannot evaluate; guessing would prove nothing."""


def allows(documents: Iterable[Mapping[str, Any]], need: Need, principal: str | None = None) -> bool | None:
    """Whether these policies allow it; `False` where one denies it, `None` where none says anything.

    `principal` is who asks, for policies that name somebody: those of a resource.
    """
    allowed: bool | None = None
    for document in documents:
        for statement in _list(document["Statement"]):
            if _concerns(statement, need, principal):
                if statement["Effect"] == "Deny":
                    return False
                allowed = True
    return allowed


def _concerns(statement: Mapping[str, Any], need: Need, principal: str | None) -> bool:
    return (
        _names(statement, "Action", need.action.lower(), str.lower)
        and _names(statement, "Resource", need.resource)
        and _means(statement.get("Principal"), principal)
        and all(
            _holds(operator, key, _list(wanted), need.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _names(statement: Mapping[str, Any], element: str, value: str, form: Callable[[str], str] = str) -> bool:
    """Whether `Action` or `Resource` fits; or `NotAction` or `NotResource` does not."""
    found = any(_like(form(each), value) for each in _list(statement.get(element, statement.get(f"Not{element}", []))))
    return found if element in statement else f"Not{element}" in statement and not found


def _means(named: Any, principal: str | None) -> bool:
    if named is None or named == "*":
        return True
    return any(each in ("*", principal) for each in _list(named.get("AWS", [])))


def _holds(operator: str, key: str, wanted: list[Any], context: Mapping[str, str]) -> bool:
    values = {name.lower(): value for name, value in context.items()}
    value = values.get(key.lower())
    if operator == "Null":
        return (value is None) == (str(wanted[0]).lower() == "true")
    if value is None:
        return operator.endswith(_IF_EXISTS) or "Not" in operator
    name = operator.removesuffix(_IF_EXISTS)
    negated = "Not" in name
    test = _TESTS.get(name.replace("Not", "", 1))
    if test is None:
        raise ConditionUnknown(f"The local AWS cannot evaluate the condition {operator} of {key}.")
    return any(test(str(each), value) for each in wanted) != negated


def _like(pattern: str, value: str) -> bool:
    return _compiled(pattern).fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if each == "*" else "." if each == "?" else re.escape(each) for each in pattern)
    return re.compile("".join(parts), re.DOTALL)


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, value: wanted == value,
    "StringEqualsIgnoreCase": lambda wanted, value: wanted.lower() == value.lower(),
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
    "NumericEquals": lambda wanted, value: float(value) == float(wanted),
    "NumericLessThan": lambda wanted, value: float(value) < float(wanted),
    "NumericLessThanEquals": lambda wanted, value: float(value) <= float(wanted),
    "NumericGreaterThan": lambda wanted, value: float(value) > float(wanted),
    "NumericGreaterThanEquals": lambda wanted, value: float(value) >= float(wanted),
}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
