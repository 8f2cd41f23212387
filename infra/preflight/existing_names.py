"""Check that the names of the deployment are free, or belong to it already."""

from __future__ import annotations

from botocore.exceptions import ClientError

from infra.check_result import Result, failed, ok
from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

NAME = "names"


def check(account: Account, deployment: PlannedDeployment) -> Result:
    """Look for stacks that cannot be updated, and for resources of others with the names of the deployment."""
    statuses = {name: account.stack_status(name) for name in deployment.stacks}
    if busy := [f"{name} is {status}" for name, status in statuses.items() if status.endswith("_IN_PROGRESS")]:
        return failed(NAME, "; ".join(busy), "Wait until CloudFormation is done, then deploy again.")
    if broken := [f"{name} is {status}" for name, status in statuses.items() if status.endswith("_FAILED")]:
        return failed(NAME, "; ".join(broken), "Run: make destroy (audio stays). Then deploy again.")
    existing = [name for name, status in statuses.items() if status]
    taken = []
    if f"{deployment.name}-airflow" not in existing:
        taken += _airflow_names(account, deployment)
    if f"{deployment.name}-storage" not in existing:
        taken += _queue_names(account, deployment)
    if taken:
        advice = "Delete them if nobody needs them, or choose another name for the deployment: -c name=…"
        return failed(NAME, f"exist already, and belong to no deployment: {', '.join(taken)}", advice)
    return ok(NAME, f"the stacks exist: {', '.join(existing)}" if existing else "all names are free")


def _airflow_names(account: Account, deployment: PlannedDeployment) -> list[str]:
    """Return the environment and the log groups that exist with the names that the deployment will use."""
    taken: list[str] = []
    if not deployment.environment:
        return taken
    try:
        account.client("mwaa").get_environment(Name=deployment.environment)
        taken.append(f"MWAA environment {deployment.environment}")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
    prefix = f"airflow-{deployment.environment}-"
    groups = account.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix)
    names = {group["logGroupName"] for group in groups}
    return taken + [f"log group {name}" for name in deployment.log_groups if name in names]


def _queue_names(account: Account, deployment: PlannedDeployment) -> list[str]:
    """Return the queues that exist with the names that the deployment will use."""
    if not deployment.queues:
        return []
    addresses = account.client("sqs").list_queues(QueueNamePrefix=f"{deployment.name}-").get("QueueUrls", [])
    names = {address.rpartition("/")[2] for address in addresses}
    return [f"queue {name}" for name in deployment.queues if name in names]
