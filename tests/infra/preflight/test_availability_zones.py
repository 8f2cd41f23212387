"""Zones must have the machines that transcribe and, where they are needed, the endpoint services."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.check_result import State
from infra.preflight import availability_zones
from tests.support.infra.stubbed_account import DEPLOYMENT, ZONES, StubbedAccount


def zone_answers(
    aws: StubbedAccount,
    machines: set[str],
    service_zones: set[str],
    *,
    service: str = "com.amazonaws.us-east-1.s3",
    default_subnets: tuple[str, ...] = tuple(ZONES),
    nat_zones: tuple[str, ...] = (),
) -> None:
    """Answer the calls of the check of zones: which zones have machines, the service, and the NAT instance's type."""
    aws.no_stacks()
    zones = [{"ZoneName": name, "ZoneId": zone_id} for name, zone_id in ZONES.items()]
    aws.answer("ec2", "describe_availability_zones", {"AvailabilityZones": zones})
    services = [{"ServiceName": service, "AvailabilityZones": sorted(service_zones)}]
    aws.answer("ec2", "describe_vpc_endpoint_services", {"ServiceDetails": services})
    offerings = [{"InstanceType": "c5.xlarge", "Location": name} for name in sorted(machines)]
    offerings += [{"InstanceType": "t4g.nano", "Location": name} for name in nat_zones]
    aws.answer("ec2", "describe_instance_type_offerings", {"InstanceTypeOfferings": offerings})
    aws.answer("ec2", "describe_vpc_endpoint_services", {"ServiceDetails": services})
    subnets = [{"AvailabilityZone": name} for name in default_subnets]
    aws.answer("ec2", "describe_subnets", {"Subnets": subnets})


def test_zones_with_machines_and_services_pass(aws: StubbedAccount) -> None:
    zone_answers(aws, set(ZONES), set(ZONES))
    result = availability_zones.check(aws.account, DEPLOYMENT)
    assert (result.state, result.text) == (State.OK, "us-east-1a (use1-az3), us-east-1b (use1-az1)")


def test_a_zone_without_machines_fails_and_two_others_are_suggested_by_id(aws: StubbedAccount) -> None:
    zone_answers(aws, {"us-east-1b", "us-east-1c"}, set(ZONES))
    result = availability_zones.check(aws.account, DEPLOYMENT)
    assert result.state is State.FAILED
    assert result.text == "us-east-1a (use1-az3) lacks all machine types of machine_families"
    assert result.advice == "Choose other zones: -c zones=use1-az1,use1-az2"


def test_a_service_that_is_listed_twice_has_the_zones_of_both_entries(aws: StubbedAccount) -> None:
    """AWS lists S3 as a gateway endpoint and as an interface endpoint."""
    aws.no_stacks()
    zones = [{"ZoneName": name, "ZoneId": zone_id} for name, zone_id in ZONES.items()]
    aws.answer("ec2", "describe_availability_zones", {"AvailabilityZones": zones})
    name = "com.amazonaws.us-east-1.s3"
    services = [{"ServiceName": name, "AvailabilityZones": listed} for listed in (list(ZONES), ["us-east-1c"])]
    aws.answer("ec2", "describe_vpc_endpoint_services", {"ServiceDetails": services})
    offerings = [{"InstanceType": "c5.xlarge", "Location": zone} for zone in ZONES]
    aws.answer("ec2", "describe_instance_type_offerings", {"InstanceTypeOfferings": offerings})
    aws.answer("ec2", "describe_vpc_endpoint_services", {"ServiceDetails": services})
    aws.answer("ec2", "describe_subnets", {"Subnets": []})
    assert availability_zones.check(aws.account, DEPLOYMENT).state is State.OK


def test_a_zone_without_an_endpoint_service_fails(aws: StubbedAccount) -> None:
    zone_answers(aws, set(ZONES), {"us-east-1b", "us-east-1c"})
    result = availability_zones.check(aws.account, DEPLOYMENT)
    assert result.text == "us-east-1a (use1-az3) lacks com.amazonaws.us-east-1.s3"
    assert result.advice.endswith("-c zones=use1-az1,use1-az2")


def test_a_zone_without_the_type_of_the_nat_instance_fails(aws: StubbedAccount) -> None:
    zone_answers(aws, set(ZONES), set(ZONES), nat_zones=("us-east-1b", "us-east-1c"))
    result = availability_zones.check(aws.account, replace(DEPLOYMENT, nat_instance="t4g.nano"))
    assert result.text == "us-east-1a (use1-az3) lacks t4g.nano of the NAT instance"
    assert result.advice.endswith("-c zones=use1-az1,use1-az2")


def test_cloudformation_takes_zones_with_a_default_subnet_first(aws: StubbedAccount) -> None:
    zone_answers(aws, {"us-east-1b", "us-east-1c"}, set(ZONES), default_subnets=("us-east-1c", "us-east-1b"))
    result = availability_zones.check(aws.account, DEPLOYMENT)
    assert (result.state, result.text) == (State.OK, "us-east-1b (use1-az1), us-east-1c (use1-az2)")


def test_a_region_with_one_suitable_zone_needs_other_machines_or_another_region(aws: StubbedAccount) -> None:
    zone_answers(aws, {"us-east-1b"}, set(ZONES))
    advice = availability_zones.check(aws.account, DEPLOYMENT).advice
    assert "-c machine_families=…" in advice
    assert "-c region=…" in advice


def test_a_region_without_an_endpoint_service_fails(aws: StubbedAccount) -> None:
    zone_answers(aws, set(ZONES), set(ZONES), service="com.amazonaws.us-east-1.sqs")
    result = availability_zones.check(aws.account, DEPLOYMENT)
    assert result.text == "us-east-1 has no endpoint service com.amazonaws.us-east-1.s3"
    assert "-c network=nat" in result.advice


def test_a_zone_that_the_account_does_not_have_fails(aws: StubbedAccount) -> None:
    zone_answers(aws, set(ZONES), set(ZONES))
    result = availability_zones.check(aws.account, replace(DEPLOYMENT, zones=("use1-az1", "use1-az9")))
    assert result.text == "this account has no zone use1-az9 in us-east-1"
    assert "use1-az3, use1-az1, use1-az2" in result.advice


def test_zones_chosen_by_id_are_checked(aws: StubbedAccount) -> None:
    zone_answers(aws, {"us-east-1b", "us-east-1c"}, set(ZONES))
    result = availability_zones.check(aws.account, replace(DEPLOYMENT, zones=("use1-az3", "use1-az1")))
    assert result.text.startswith("us-east-1a (use1-az3) lacks all")


def test_the_zones_of_an_existing_network_are_not_checked(aws: StubbedAccount) -> None:
    aws.stack("UPDATE_COMPLETE")
    assert availability_zones.check(aws.account, DEPLOYMENT).state is State.OK


@pytest.mark.parametrize(("machines", "state"), [({"us-east-1c"}, State.OK), ({"us-east-1a"}, State.FAILED)])
def test_one_zone_of_the_existing_subnets_must_have_machines(
    aws: StubbedAccount, machines: set[str], state: State
) -> None:
    zones = [{"ZoneName": name, "ZoneId": zone_id} for name, zone_id in ZONES.items()]
    aws.answer("ec2", "describe_availability_zones", {"AvailabilityZones": zones})
    aws.answer("ec2", "describe_vpc_endpoint_services", {"ServiceDetails": []})
    offerings = [{"InstanceType": "c5.xlarge", "Location": name} for name in machines]
    aws.answer("ec2", "describe_instance_type_offerings", {"InstanceTypeOfferings": offerings})
    subnets = [{"AvailabilityZone": name} for name in ("us-east-1b", "us-east-1c")]
    aws.answer("ec2", "describe_subnets", {"Subnets": subnets})
    planned = replace(DEPLOYMENT, network_stack="", subnets=("subnet-1", "subnet-2"), endpoint_services=())
    result = availability_zones.check(aws.account, planned)
    assert result.state is state
    assert (result.advice == "Choose subnets in other zones: use1-az3") is (state is State.FAILED)
