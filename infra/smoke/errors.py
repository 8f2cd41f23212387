"""Errors of the smoke test itself. What the smoke test finds out about a deployment are results, not errors."""

from __future__ import annotations

from infra.errors import DeploymentError


class NotDeployed(DeploymentError):
    """Raised when the stacks of the deployment, or outputs of theirs, do not exist."""

    code = "NOT_DEPLOYED"


class AirflowRefused(DeploymentError):
    """Raised when Airflow's REST API answers a request with an error."""

    code = "AIRFLOW_REFUSED"


class AirflowUnknown(DeploymentError):
    """Raised when nothing says where the Airflow of the deployment is."""

    code = "AIRFLOW_UNKNOWN"


class RunTooLong(DeploymentError):
    """Raised when the run has not ended within the time limit."""

    code = "RUN_TOO_LONG"
