"""Check that the subnets of an existing network can be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.check_result import Result, failed, ok
from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

NAME = "existing network"
_GUIDE = "docs/own-airflow.md#an-existing-network says which subnets are possible."


def check(account: Account, deployment: PlannedDeployment) -> Result:
    """Look whether the subnets exist, belong to the VPC, and are private."""
    if not deployment.subnets:
        return ok(NAME, "is not used")
    try:
        subnets = list(account.pages("ec2", "describe_subnets", "Subnets", SubnetIds=list(deployment.subnets)))
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidSubnetID.NotFound":
            raise
        text = f"{error.response['Error']['Message']} ({account.region})"
        return failed(NAME, text, "Choose others with -c subnet_ids=…, or another region with -c region=….")
    if foreign := [subnet["SubnetId"] for subnet in subnets if subnet["VpcId"] != deployment.vpc]:
        text = f"{', '.join(foreign)} is not in {deployment.vpc}"
        return failed(NAME, text, "Choose subnets of one VPC with -c subnet_ids=…, and this VPC with -c vpc_id=….")
    zones = {subnet["AvailabilityZone"] for subnet in subnets}
    if deployment.environment and len(zones) == 1:
        advice = "Choose subnets in two zones, which MWAA needs, with -c subnet_ids=…."
        return failed(NAME, f"both subnets are in {zones.pop()}", advice)
    public = _public_subnets(account, subnets, deployment.vpc)
    unusable = [
        subnet["SubnetId"]
        for subnet in subnets
        if subnet["SubnetId"] in public and (deployment.environment or not subnet["MapPublicIpOnLaunch"])
    ]
    if unusable:
        text = f"{', '.join(unusable)} is public: what has no public address there reaches nothing"
        return failed(NAME, text, f"Choose private subnets with -c subnet_ids=…. {_GUIDE}")
    return ok(NAME, f"{', '.join(deployment.subnets)} in {', '.join(sorted(zones))}")


def _public_subnets(account: Account, subnets: Iterable[Mapping[str, Any]], vpc: str) -> set[str]:
    """Return the ids of the subnets whose way to the internet is an internet gateway.

    A subnet without a route table of its own has the main one of its VPC.
    """
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    tables: dict[str, Mapping[str, Any]] = {}
    for table in account.pages("ec2", "describe_route_tables", "RouteTables", Filters=filters):
        for association in table["Associations"]:
            tables["main" if association["Main"] else association["SubnetId"]] = table
    names = [subnet["SubnetId"] for subnet in subnets]
    return {
        name
        for name in names
        for route in tables.get(name, tables.get("main", {})).get("Routes", ())
        if route.get("DestinationCidrBlock") == "0.0.0.0/0" and route.get("GatewayId", "").startswith("igw-")
    }
