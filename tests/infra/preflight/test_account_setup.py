"""The account must have the CDK's bootstrap and the role of Spot machines."""

from __future__ import annotations

import pytest

from infra.check_result import State
from infra.preflight import bootstrap, service_linked_roles
from tests.support.infra.stubbed_account import DEPLOYMENT, StubbedAccount


@pytest.mark.parametrize(("version", "state"), [("6", State.OK), ("5", State.FAILED)])
def test_the_bootstrap_must_be_new_enough(aws: StubbedAccount, version: str, state: State) -> None:
    aws.answer("ssm", "get_parameter", {"Parameter": {"Value": version}})
    result = bootstrap.check(aws.account, DEPLOYMENT)
    assert result.state is state
    assert ("make bootstrap" in result.advice) is (state is State.FAILED)


def test_an_account_without_bootstrap_fails(aws: StubbedAccount) -> None:
    aws.refuse("ssm", "get_parameter", "ParameterNotFound")
    result = bootstrap.check(aws.account, DEPLOYMENT)
    assert result.text == "us-east-1 of this account is not bootstrapped"
    assert result.advice == "Run: make bootstrap"


def test_the_role_of_spot_machines_must_exist(aws: StubbedAccount) -> None:
    role = {"Path": "/", "RoleName": "made-up", "RoleId": "A" * 16, "Arn": "arn:aws:iam::1:role/up", "CreateDate": 0}
    aws.answer("iam", "get_role", {"Role": role})
    assert service_linked_roles.check(aws.account, DEPLOYMENT).state is State.OK
    aws.refuse("iam", "get_role", "NoSuchEntity")
    result = service_linked_roles.check(aws.account, DEPLOYMENT)
    assert result.state is State.FAILED
    assert "create-service-linked-role --aws-service-name spot.amazonaws.com" in result.advice
