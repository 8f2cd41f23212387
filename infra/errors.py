"""Errors in the description of a deployment, raised before anything is deployed."""

from __future__ import annotations


class DeploymentError(Exception):
    """Base class of all errors of a deployment. The text says what is wrong, where, and what to do."""

    code = "DEPLOYMENT_ERROR"

    def __str__(self) -> str:
        return f"[{self.code}] {super().__str__()}"


class ContextInvalid(DeploymentError):
    """Raised when a setting of the deployment is unknown or has a wrong value; the message names the setting."""

    code = "CONTEXT_INVALID"


class NotSynthesized(DeploymentError):
    """Raised when a folder does not contain the templates of a deployment."""

    code = "NOT_SYNTHESIZED"
