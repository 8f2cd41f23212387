"""What CloudFormation refuses. Each text says what, and where."""

from __future__ import annotations


class ValidationError(Exception):
    """Raised when a request cannot be carried out; the CDK CLI shows its text."""

    code = "ValidationError"


class ChangeSetNotFound(ValidationError):
    """Raised when a change set does not exist, or was carried out already."""

    code = "ChangeSetNotFound"


class NotSupported(ValidationError):
    """Raised when a template wants what this stand-in cannot do. It never ignores what it does not know."""
