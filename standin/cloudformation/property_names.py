"""Names of properties. Templates write them in upper camel case, and some APIs in lower camel case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def lower_names(value: Any, *, keep: frozenset[str] = frozenset()) -> Any:
    """Return `value` with all names converted to lower camel case.

    Args:
        value: Properties, at any depth.
        keep: Properties whose content stays unchanged, because users choose the names in it.
    """
    if isinstance(value, list):
        return [lower_names(item, keep=keep) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        re.sub(r"^[A-Z]+(?![a-z])|^[A-Z]", lambda match: match[0].lower(), name): inner
        if name in keep
        else lower_names(inner, keep=keep)
        for name, inner in value.items()
    }


def pick(properties: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the properties in `names` that are present."""
    return {name: properties[name] for name in names if name in properties}
