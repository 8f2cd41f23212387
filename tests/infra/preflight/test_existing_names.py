"""The names of a deployment must be free, and its stacks must be ready for an update."""

from __future__ import annotations

import pytest

from infra.check_result import State
from infra.preflight import existing_names
from tests.support.infra.stubbed_account import DEPLOYMENT, StubbedAccount


def test_names_that_are_free_pass(aws: StubbedAccount) -> None:
    aws.no_stacks(3)
    aws.refuse("mwaa", "get_environment", "ResourceNotFoundException")
    aws.answer("logs", "describe_log_groups", {"logGroups": [{"logGroupName": "airflow-clinic-Other"}]})
    result = existing_names.check(aws.account, DEPLOYMENT)
    assert (result.state, result.text) == (State.OK, "all names are free")


def test_names_that_others_use_fail(aws: StubbedAccount) -> None:
    aws.no_stacks(3)
    aws.answer("mwaa", "get_environment", {"Environment": {"Name": "clinic"}})
    aws.answer("logs", "describe_log_groups", {"logGroups": [{"logGroupName": "airflow-clinic-Task"}]})
    result = existing_names.check(aws.account, DEPLOYMENT)
    assert result.state is State.FAILED
    assert "MWAA environment clinic, log group airflow-clinic-Task" in result.text
    assert "-c name=…" in result.advice


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("UPDATE_ROLLBACK_FAILED", "make destroy"),
        ("DELETE_FAILED", "make destroy"),
        ("UPDATE_IN_PROGRESS", "Wait until"),
    ],
)
def test_a_stack_that_cannot_be_updated_fails(aws: StubbedAccount, status: str, advice: str) -> None:
    aws.no_stacks(2)
    aws.stack(status)
    result = existing_names.check(aws.account, DEPLOYMENT)
    assert (result.state, result.text) == (State.FAILED, f"clinic-airflow is {status}")
    assert advice in result.advice


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"])
def test_a_stack_that_the_cdk_creates_again_counts_as_missing(aws: StubbedAccount, status: str) -> None:
    aws.stack(status)
    assert not aws.account.stack_status("clinic-airflow")


def test_an_update_of_a_deployment_passes(aws: StubbedAccount) -> None:
    for _ in DEPLOYMENT.stacks:
        aws.stack("UPDATE_COMPLETE")
    assert existing_names.check(aws.account, DEPLOYMENT).state is State.OK
