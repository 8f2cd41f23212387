"""Requests of the container and of the DAG's tasks, and whether the policies of their roles allow them."""

from __future__ import annotations

from tests.support.infra.permissions import is_allowed
from tests.support.infra.synthesized_stacks import PARTITION, SynthesizedStacks


def container_may(deployment: SynthesizedStacks, action: str, resource: str, **context: str) -> bool:
    """Return whether the container's role allows a request over TLS. `context` has further condition keys."""
    return is_allowed(deployment.statements("JobRole"), action, resource, {"aws:SecureTransport": "true", **context})


def trainer_may(deployment: SynthesizedStacks, action: str, resource: str, **context: str) -> bool:
    """Return whether the role of the container that teaches allows a request over TLS."""
    statements = deployment.statements("TeachJobRole")
    return is_allowed(statements, action, resource, {"aws:SecureTransport": "true", **context})


def tasks_may(deployment: SynthesizedStacks, action: str, resource: str, **context: str) -> bool:
    """Return whether the role of Airflow's tasks allows a request over TLS. `context` has further condition keys."""
    return is_allowed(deployment.statements("Role"), action, resource, {"aws:SecureTransport": "true", **context})


def audio_bucket_arn(deployment: SynthesizedStacks) -> str:
    """Return the ARN of the audio bucket."""
    return f"arn:{PARTITION}:s3:::{deployment.output('storage', 'AudioBucket')}"
