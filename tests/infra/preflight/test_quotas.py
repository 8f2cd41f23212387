"""Quotas must allow the machines, the VPC and the addresses of a deployment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.check_result import State
from infra.preflight import network_limits, vcpu_quotas
from tests.support.infra.stubbed_account import DEPLOYMENT, StubbedAccount, quota


@pytest.mark.parametrize(
    ("values", "state", "text", "advice"),
    [
        ((128, 32), State.OK, "128 Spot (maximum 128), 32 on demand (maximum 32)", ""),
        ((16, 32), State.WARNING, "16 Spot (maximum 128)", "-c spot_vcpus=16, or request more: aws service-quotas"),
        ((1, 1), State.FAILED, "no machine can start", "--quota-code L-34B43A08 --desired-value 128; aws"),
        ((0, 32), State.WARNING, "0 Spot", "-c spot_vcpus=4, or"),
    ],
)
def test_vcpu_quotas(aws: StubbedAccount, values: tuple[float, float], state: State, text: str, advice: str) -> None:
    quota(aws, *values)
    result = vcpu_quotas.check(aws.account, DEPLOYMENT)
    assert result.state is state
    assert text in result.text
    assert advice in result.advice


def test_a_quota_of_machines_that_are_never_started_does_not_count(aws: StubbedAccount) -> None:
    quota(aws, 1, 640)
    result = vcpu_quotas.check(aws.account, replace(DEPLOYMENT, on_demand_vcpus=0))
    assert result.state is State.FAILED
    assert "L-1216C47A" not in result.advice


def test_a_quota_below_the_machine_of_one_container_starts_nothing(aws: StubbedAccount) -> None:
    quota(aws, 8, 8)
    result = vcpu_quotas.check(aws.account, replace(DEPLOYMENT, container_vcpus=10))
    assert result.state is State.FAILED
    quota(aws, 8, 16)
    result = vcpu_quotas.check(aws.account, replace(DEPLOYMENT, container_vcpus=10))
    assert result.advice.startswith("Deploy with -c spot_vcpus=16 -c on_demand_vcpus=16, or")


@pytest.mark.parametrize(
    ("on_demand", "state", "text"),
    [
        (34, State.OK, "32 on demand (maximum 32)"),
        (33, State.WARNING, "31 on demand"),
        (1, State.FAILED, "1 on demand"),
    ],
)
def test_the_nat_instance_takes_two_vcpus_of_the_on_demand_quota(
    aws: StubbedAccount, on_demand: int, state: State, text: str
) -> None:
    quota(aws, 128, on_demand)
    result = vcpu_quotas.check(aws.account, replace(DEPLOYMENT, nat_instance="t4g.nano"))
    assert result.state is state
    assert text in result.text


def test_a_quota_without_a_value_of_the_account_has_awss_default(aws: StubbedAccount) -> None:
    aws.refuse("service-quotas", "get_service_quota", "NoSuchResourceException")
    aws.answer("service-quotas", "get_aws_default_service_quota", {"Quota": {"Value": 5.0}})
    assert aws.account.quota("ec2", "L-34B43A08") == 5


@pytest.mark.parametrize(
    ("vpcs", "addresses", "texts"),
    [
        (4, 4, ()),
        (5, 0, ("5 of 5 VPCs are in use, and the deployment needs 1 more",)),
        (0, 5, ("5 of 5 Elastic IP addresses are in use, and the deployment needs 1 more",)),
    ],
)
def test_network_limits(aws: StubbedAccount, vpcs: int, addresses: int, texts: tuple[str, ...]) -> None:
    aws.no_stacks()
    aws.answer("ec2", "describe_vpcs", {"Vpcs": [{}] * vpcs})
    aws.answer("ec2", "describe_addresses", {"Addresses": [{}] * addresses})
    quota(aws, 5, 5)
    result = network_limits.check(aws.account, DEPLOYMENT)
    assert result.state is (State.FAILED if texts else State.OK)
    assert all(text in result.text for text in texts)
    assert ("request-service-quota-increase" in result.advice) is bool(texts)
