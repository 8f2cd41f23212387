"""Requests of the container and of the DAG's tasks, decided by the policies of their roles."""

from __future__ import annotations

from tests.support.infra.permissions import is_allowed
from tests.support.infra.synthesized_stacks import PARTITION, SynthesizedStacks


def container(deployment: SynthesizedStacks, action: str, resource: str, **context: str) -> bool:
    """Decide whether the container may do something. The context holds further condition keys of the request."""
    return is_allowed(deployment.statements("JobRole"), action, resource, {"aws:SecureTransport": "true", **context})


def tasks(deployment: SynthesizedStacks, action: str, resource: str, **context: str) -> bool:
    """Decide whether Airflow's tasks may do something. The context holds further condition keys of the request."""
    return is_allowed(deployment.statements("Role"), action, resource, {"aws:SecureTransport": "true", **context})


def bucket(deployment: SynthesizedStacks) -> str:
    """Return the ARN of the audio bucket."""
    return f"arn:{PARTITION}:s3:::{deployment.output('storage', 'AudioBucket')}"
