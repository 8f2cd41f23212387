"""CloudWatch log groups with a retention, so that old entries are deleted and not paid for."""

from __future__ import annotations

from typing import cast

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.accepted_findings import accept_findings
from infra.settings import DeploymentSettings


def add_log_group(
    scope: Construct,
    id: str,
    settings: DeploymentSettings,
    name: str | None = None,
) -> logs.LogGroup:
    """Add a log group that keeps entries for the setting `log_days` and is deleted with the deployment. Return it.

    Args:
        scope: The construct that the log group belongs to.
        id: The construct id.
        settings: The settings of the deployment.
        name: The name of the log group. Without it, CloudFormation chooses one.
    """
    group = logs.LogGroup(scope, id, log_group_name=name, removal_policy=RemovalPolicy.DESTROY)
    cast(logs.CfnLogGroup, group.node.default_child).retention_in_days = settings.log_days
    accept_findings(
        group,
        {
            "CKV_AWS_158": "CloudWatch Logs encrypts at rest with a key of its own; the logs hold names of files and "
            "counts, no audio and no transcript.",
            "CKV_AWS_338": "How long logs are kept is the setting log_days, by default as long as the records of runs.",
        },
    )
    return group
