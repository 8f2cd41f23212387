"""The handlers of the resource types: one module for each part of AWS."""

from __future__ import annotations

from importlib import import_module

_MODULES = (
    "alarms",
    "batch",
    "bucket_deployments",
    "buckets",
    "cdk_metadata",
    "emptied_buckets",
    "event_rules",
    "flow_logs",
    "functions",
    "gateways",
    "instances",
    "kms_keys",
    "launch_templates",
    "logs",
    "mwaa",
    "parameters",
    "policies",
    "queues",
    "repositories",
    "roles",
    "routes",
    "security_groups",
    "topics",
    "vpc_endpoints",
    "vpcs",
)


def load() -> None:
    """Import all modules of this package. Each import registers the handlers of its module."""
    for name in _MODULES:
        import_module(f"{__name__}.{name}")
