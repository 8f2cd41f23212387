"""The names of a deployment must be free, and its stacks must be ready for an update."""

from __future__ import annotations

from dataclasses import replace

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


def test_a_queue_of_somebody_else_fails(aws: StubbedAccount) -> None:
    aws.no_stacks(3)
    aws.answer("sqs", "list_queues", {"QueueUrls": ["https://sqs.us-east-1.amazonaws.com/1/clinic-uploads"]})
    planned = replace(DEPLOYMENT, environment="", queues=("clinic-uploads", "clinic-uploads-dead-letters"))
    result = existing_names.check(aws.account, planned)
    assert result.state is State.FAILED
    assert result.text.endswith("belong to no deployment: queue clinic-uploads")


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
