"""The subnets of an existing network must exist, belong to its VPC, be private and, for MWAA, be in two zones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from infra.check_result import State
from infra.preflight import existing_network
from tests.support.infra.stubbed_account import DEPLOYMENT, StubbedAccount

PLANNED = replace(DEPLOYMENT, environment="", network_stack="", vpc="vpc-1", subnets=("subnet-1", "subnet-2"))
NAT = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}
GATEWAY = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}
LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}


def answers(
    aws: StubbedAccount,
    *,
    vpc: str = "vpc-1",
    zones: tuple[str, str] = ("us-east-1a", "us-east-1b"),
    route: Any = NAT,
    has_own_table: bool = True,
    public_addresses: bool = False,
) -> None:
    """Answer about two subnets of a VPC, of which the first one has another route to the internet."""
    subnets = [
        {"SubnetId": name, "VpcId": vpc, "AvailabilityZone": zone, "MapPublicIpOnLaunch": public_addresses}
        for name, zone in zip(PLANNED.subnets, zones, strict=True)
    ]
    aws.answer("ec2", "describe_subnets", {"Subnets": subnets})
    main: dict[str, Any] = {"Associations": [{"Main": True}], "Routes": [LOCAL, NAT if has_own_table else route]}
    own = {"Associations": [{"Main": False, "SubnetId": "subnet-1"}], "Routes": [LOCAL, route]}
    aws.answer("ec2", "describe_route_tables", {"RouteTables": [main, *([own] if has_own_table else [])]})


def test_a_new_network_is_not_looked_at(aws: StubbedAccount) -> None:
    assert existing_network.check(aws.account, DEPLOYMENT).text == "is not used"


@pytest.mark.parametrize("environment", ["", "clinic"])
def test_private_subnets_of_the_vpc_pass(aws: StubbedAccount, environment: str) -> None:
    answers(aws)
    result = existing_network.check(aws.account, replace(PLANNED, environment=environment))
    assert (result.state, result.text) == (State.OK, "subnet-1, subnet-2 in us-east-1a, us-east-1b")


def test_a_subnet_that_does_not_exist_fails(aws: StubbedAccount) -> None:
    aws.refuse("ec2", "describe_subnets", "InvalidSubnetID.NotFound")
    result = existing_network.check(aws.account, PLANNED)
    assert result.state is State.FAILED
    assert "(us-east-1)" in result.text
    assert "-c subnet_ids=…" in result.advice


def test_subnets_of_another_vpc_fail(aws: StubbedAccount) -> None:
    answers(aws, vpc="vpc-2")
    result = existing_network.check(aws.account, PLANNED)
    assert (result.state, result.text) == (State.FAILED, "subnet-1, subnet-2 is not in vpc-1")


@pytest.mark.parametrize(("environment", "state"), [("clinic", State.FAILED), ("", State.OK)])
def test_a_new_airflow_needs_two_zones(aws: StubbedAccount, environment: str, state: State) -> None:
    answers(aws, zones=("us-east-1a", "us-east-1a"))
    result = existing_network.check(aws.account, replace(PLANNED, environment=environment))
    assert result.state is state
    assert ("both subnets are in us-east-1a" in result.text) is (state is State.FAILED)


@pytest.mark.parametrize(
    ("environment", "public_addresses", "has_own_table", "unusable"),
    [
        ("", False, True, "subnet-1"),
        ("", False, False, "subnet-1, subnet-2"),
        ("", True, True, ""),  # machines get a public address
        ("clinic", True, True, "subnet-1"),  # MWAA gets none
    ],
)
def test_a_public_subnet_fails_for_what_gets_no_public_address(
    aws: StubbedAccount, environment: str, public_addresses: bool, has_own_table: bool, unusable: str
) -> None:
    answers(aws, route=GATEWAY, has_own_table=has_own_table, public_addresses=public_addresses)
    result = existing_network.check(aws.account, replace(PLANNED, environment=environment))
    assert result.state is (State.FAILED if unusable else State.OK)
    assert result.text.startswith(f"{unusable} is public" if unusable else "subnet-1")
    assert ("docs/own-airflow.md" in result.advice) is bool(unusable)
