"""Errors that CloudFormation returns to its clients."""

from __future__ import annotations


class ValidationError(Exception):
    """Raised when a request cannot be carried out. The CDK's command line shows the message."""

    code = "ValidationError"


class ChangeSetNotFound(ValidationError):
    """Raised when a change set does not exist or was executed already."""

    code = "ChangeSetNotFound"


class NotSupported(ValidationError):
    """Raised when a template or a request uses a feature that the stand-in lacks. No unknown feature is ignored."""
