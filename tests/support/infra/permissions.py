"""The evaluation of policy statements in templates."""

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
    """Return whether policy statements allow a request.

    Args:
        statements: the statements of all policies.
        action: the action of the request, such as `s3:GetObject`.
        resource: the ARN of the resource.
        context: the condition keys of the request.
        principal: the sender of the request, for statements that name principals.

    Raises:
        PolicyUnsupported: a statement cannot be evaluated.
    """
    permission = RequiredPermission(action, resource, context or {})
    return evaluate([{"Statement": list(statements)}], permission, principal) is True
