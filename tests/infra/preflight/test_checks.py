"""All checks together: what is not used is not asked about, and a refused call gives an unknown result."""

from __future__ import annotations

from dataclasses import replace

from infra.check_result import State
from infra.preflight import airflow_service, existing_names, network_limits
from infra.preflight.checks import run_checks
from tests.support.infra.stubbed_account import DEPLOYMENT, StubbedAccount


def test_without_mwaa_and_a_new_network_nothing_is_asked_about_them(aws: StubbedAccount) -> None:
    planned = replace(DEPLOYMENT, environment="", network_stack="", subnets=("subnet-1",))
    assert airflow_service.check(aws.account, planned).text == "is not used"
    assert network_limits.check(aws.account, planned).text == "the network exists"
    aws.no_stacks(3)
    assert existing_names.check(aws.account, planned).text == "all names are free"


def test_a_call_that_the_credentials_do_not_allow_gives_an_unknown_result(aws: StubbedAccount) -> None:
    for service, operation in (
        ("ssm", "get_parameter"),
        ("cloudformation", "describe_stacks"),
        ("cloudformation", "describe_stacks"),
        ("cloudformation", "describe_stacks"),
        ("service-quotas", "get_service_quota"),
        ("iam", "get_role"),
        ("mwaa", "list_environments"),
        ("ec2", "describe_subnets"),
        ("s3", "head_bucket"),
    ):
        aws.refuse(service, operation, "AccessDeniedException")
    planned = replace(DEPLOYMENT, vpc="vpc-1", subnets=("subnet-1",), dag_folder="s3://bucket/dags/")
    results = list(run_checks(aws.account, planned))
    assert {result.state for result in results} == {State.UNKNOWN}
    assert len(results) == 9
    assert all("AccessDenied" in result.text and result.advice for result in results)
