"""Errors of a deployment, before anything is deployed."""

from __future__ import annotations


class DeploymentError(Exception):
    """Base of the errors below. Its text says what is wrong, where, and what to do."""

    code = "DEPLOYMENT_ERROR"

    def __str__(self) -> str:
        return f"[{self.code}] {super().__str__()}"


class ContextInvalid(DeploymentError):
    """Raised when a setting of the deployment is unknown or wrong; the message names it."""

    code = "CONTEXT_INVALID"


class NotSynthesized(DeploymentError):
    """Raised when the templates that are to be looked at have not been written."""

    code = "NOT_SYNTHESIZED"
