"""Evaluate the policy statements of templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from standin.iam.policy import RequiredPermission, evaluate


def is_allowed(
    statements: Iterable[Mapping[str, Any]],
    action: str,
    resource: str,
    context: Mapping[str, str] | None = None,
    principal: str | None = None,
) -> bool:
    """Decide whether statements allow `action` on the ARN `resource`.

    `context` holds the condition keys of the request; `principal` is its sender, for statements that name principals.

    Raises:
        PolicyUnsupported: a statement cannot be evaluated.
    """
    permission = RequiredPermission(action, resource, context or {})
    return evaluate([{"Statement": list(statements)}], permission, principal) is True
