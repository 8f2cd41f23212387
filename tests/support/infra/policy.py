"""IAM's evaluation of identity policies, as far as ours go: what is refused explicitly, allowed, or not allowed.

Source: AWS IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators". What is not
known here is an error, so that no policy is taken for narrower than it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_ELEMENTS = {"Action", "Condition", "Effect", "NotResource", "Principal", "Resource", "Sid"}


def is_allowed(
    statements: Iterable[Mapping[str, Any]], action: str, resource: str, context: Mapping[str, str] | None = None
) -> bool:
    """Whether statements allow `action` on the ARN `resource`; `context` holds the condition keys of the request."""
    effects = {each["Effect"] for each in statements if _applies(each, action, resource, context or {})}
    return effects == {"Allow"}


def _applies(statement: Mapping[str, Any], action: str, resource: str, context: Mapping[str, str]) -> bool:
    unknown = statement.keys() - _ELEMENTS
    if unknown:
        raise NotImplementedError(f"Policies with {', '.join(unknown)} are not evaluated here.")
    if not any(_matches(pattern, action, re.IGNORECASE) for pattern in _all(statement["Action"])):
        return False
    if "NotResource" in statement:
        on_resource = not any(_matches(pattern, resource) for pattern in _all(statement["NotResource"]))
    else:
        on_resource = any(_matches(pattern, resource) for pattern in _all(statement["Resource"]))
    conditions = statement.get("Condition", {})
    return on_resource and all(
        _holds(operator, key, _all(values), context)
        for operator, wanted in conditions.items()
        for key, values in wanted.items()
    )


def _holds(operator: str, key: str, values: list[str], context: Mapping[str, str]) -> bool:
    plain = operator.removesuffix("IfExists")
    if key not in context:
        return plain != operator
    match plain:
        case "StringEquals" | "Bool":
            return context[key] in values
        case "StringLike" | "ArnLike":
            return any(_matches(pattern, context[key]) for pattern in values)
        case "NumericLessThan":
            return any(float(context[key]) < float(value) for value in values)
    raise NotImplementedError(f"The condition {operator} is not evaluated here.")


def _matches(pattern: str, text: str, flags: re.RegexFlag = re.NOFLAG) -> bool:
    """`*` and `?` alone stand for something; `*` goes beyond `/`."""
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, text, flags | re.DOTALL) is not None


def _all(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
