"""Log groups that end: what nobody reads any more is not kept, nor paid for."""

from __future__ import annotations

from typing import cast

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.settings import DeploymentSettings


def log_group(
    scope: Construct,
    id: str,
    settings: DeploymentSettings,
    name: str | None = None,
) -> logs.LogGroup:
    """A log group whose entries are kept for `log_days`, and that goes with the deployment."""
    group = logs.LogGroup(scope, id, log_group_name=name, removal_policy=RemovalPolicy.DESTROY)
    cast(logs.CfnLogGroup, group.node.default_child).retention_in_days = settings.log_days
    acknowledge(
        group,
        {
            "CKV_AWS_158": "CloudWatch Logs encrypts at rest with a key of its own; the logs hold names of files and "
            "counts, no audio and no transcript.",
            "CKV_AWS_338": "How long logs are kept is the setting log_days, by default as long as the records of runs.",
        },
    )
    return group
