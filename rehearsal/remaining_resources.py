"""The resources of a deployment that still exist after it was destroyed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def remaining_resources(deployment: str, client: Callable[[str], Any]) -> list[str]:
    """Return the resources of a deployment that exist.

    Args:
        deployment: Name of the deployment.
        client: Returns a client of the service with the given name.

    Returns:
        `kind name` of each resource.
    """
    resources = [
        f"{kind} {name}"
        for kind, names in _names_by_kind(client).items()
        for name in names
        if name.startswith(f"{deployment}-")
    ]
    environments = client("mwaa").list_environments()["Environments"]
    resources += [f"environment {name}" for name in environments if name == deployment]
    return resources + _tagged_network_resources(deployment, client("ec2"))


def _names_by_kind(client: Callable[[str], Any]) -> dict[str, list[str]]:
    """Return the names of all resources in the account, by kind of resource.

    It contains only the kinds whose names start with the name of their deployment.
    """
    s3, batch, iam, cloudwatch = map(client, ("s3", "batch", "iam", "cloudwatch"))
    profiles = iam.list_instance_profiles()["InstanceProfiles"]
    environments = batch.describe_compute_environments()["computeEnvironments"]
    definitions = batch.describe_job_definitions(status="ACTIVE")["jobDefinitions"]
    return {
        "stack": [stack["StackName"] for stack in client("cloudformation").describe_stacks()["Stacks"]],
        "bucket": [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]],
        "role": [role["RoleName"] for role in iam.list_roles()["Roles"]],
        "instance profile": [profile["InstanceProfileName"] for profile in profiles],
        "queue": [queue["jobQueueName"] for queue in batch.describe_job_queues()["jobQueues"]],
        "compute environment": [environment["computeEnvironmentName"] for environment in environments],
        "job definition": [definition["jobDefinitionName"] for definition in definitions],
        "log group": [group["logGroupName"] for group in client("logs").describe_log_groups()["logGroups"]],
        "message queue": [url.rpartition("/")[2] for url in client("sqs").list_queues().get("QueueUrls", [])],
        "topic": [topic["TopicArn"].rpartition(":")[2] for topic in client("sns").list_topics()["Topics"]],
        "alarm": [alarm["AlarmName"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]],
        "dashboard": [dashboard["DashboardName"] for dashboard in cloudwatch.list_dashboards()["DashboardEntries"]],
    }


def _tagged_network_resources(deployment: str, ec2: Any) -> list[str]:
    """Return VPCs, subnets, security groups and instances, which have the name of their deployment only as a tag.

    EC2 lists an instance for an hour after its end.
    """
    tag = {"Name": "tag:deployment", "Values": [deployment]}
    vpcs = ec2.describe_vpcs(Filters=[tag])["Vpcs"]
    subnets = ec2.describe_subnets(Filters=[tag])["Subnets"]
    groups = ec2.describe_security_groups(Filters=[tag])["SecurityGroups"]
    states = {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}
    reservations = ec2.describe_instances(Filters=[tag, states])["Reservations"]
    instances = [instance for reservation in reservations for instance in reservation["Instances"]]
    return [
        *(f"instance {instance['InstanceId']}" for instance in instances),
        *(f"network {vpc['VpcId']}" for vpc in vpcs),
        *(f"subnet {subnet['SubnetId']}" for subnet in subnets),
        *(f"security group {group['GroupId']}" for group in groups),
    ]
