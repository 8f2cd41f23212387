"""MWAA must answer, and an existing environment must read the folder of the DAG."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest

from infra.check_result import State
from infra.preflight import airflow_service
from infra.preflight.account import Account
from tests.support.infra.stubbed_account import DEPLOYMENT, REGION, StubbedAccount


def test_mwaa_that_answers_passes(aws: StubbedAccount) -> None:
    aws.answer("mwaa", "list_environments", {"Environments": ["clinic", "other"]})
    assert airflow_service.check(aws.account, DEPLOYMENT).text == "2 environments, one of them clinic"


def test_a_version_that_awss_guide_does_not_name_gives_a_warning(aws: StubbedAccount) -> None:
    aws.answer("mwaa", "list_environments", {"Environments": []})
    result = airflow_service.check(aws.account, replace(DEPLOYMENT, airflow_version="3.3.1"))
    assert result.state is State.WARNING
    assert result.text.endswith("names 3.0.6 and 3.2.1, and not Airflow 3.3.1")
    assert "-c airflow_version=3.2.1" in result.advice


@pytest.mark.parametrize(("name", "state"), [("other", State.WARNING), ("clinic", State.OK)])
def test_a_region_with_ten_environments_may_have_no_room_for_another(
    aws: StubbedAccount, name: str, state: State
) -> None:
    names = [name, *(f"team-{number}" for number in range(9))]
    aws.answer("mwaa", "list_environments", {"Environments": names})
    assert airflow_service.check(aws.account, DEPLOYMENT).state is state


def test_a_region_without_mwaa_fails() -> None:
    def client(service: str) -> Any:
        session: Any = boto3.Session("made", "up", region_name=REGION)
        return session.client(service, endpoint_url="http://127.0.0.1:9")  # the port that discards

    result = airflow_service.check(Account(client, "us-gov-east-1"), DEPLOYMENT)
    assert result.state is State.FAILED
    assert "us-gov-east-1" in result.text
    assert "-c region=…" in result.advice


TEAM = {"Name": "team", "SourceBucketArn": "arn:aws:s3:::bucket", "DagS3Path": "dags/", "AirflowVersion": "3.0.6"}


@pytest.mark.parametrize(
    ("folder", "state", "text", "advice"),
    [
        ("s3://bucket/dags/deepspeech-clinic/", State.OK, "team, Airflow 3.0.6, gets the DAG in s3://bucket/dags/", ""),
        ("s3://bucket/dag/deepspeech-clinic/", State.FAILED, "from s3://bucket/dags/, and", "-c dag_prefix=dags."),
        ("s3://another/dags/deepspeech-clinic/", State.FAILED, "from s3://bucket/dags/", "-c dag_bucket=bucket "),
    ],
)
def test_an_existing_environment_must_read_the_folder_of_the_dag(
    aws: StubbedAccount, folder: str, state: State, text: str, advice: str
) -> None:
    aws.answer("mwaa", "get_environment", {"Environment": TEAM})
    planned = replace(DEPLOYMENT, environment="", existing_environment="team", dag_folder=folder)
    result = airflow_service.check(aws.account, planned)
    assert result.state is state
    assert text in result.text
    assert advice in result.advice


def test_an_existing_environment_that_does_not_exist_fails(aws: StubbedAccount) -> None:
    aws.refuse("mwaa", "get_environment", "ResourceNotFoundException")
    planned = replace(DEPLOYMENT, environment="", existing_environment="team")
    result = airflow_service.check(aws.account, planned)
    assert (result.state, result.text) == (State.FAILED, "there is no environment team in us-east-1")


@pytest.mark.parametrize(
    ("version", "state", "text"),
    [
        ("2.10.3", State.FAILED, "team has Airflow 2.10.3, and the DAG needs Airflow 3"),
        ("3.0.6", State.OK, "Airflow 3.0.6, gets the DAG"),
        ("3.10.0", State.WARNING, "Airflow 3.10.0, gets the DAG"),
    ],
)
def test_an_existing_environment_must_have_a_version_for_which_the_dag_is_written(
    aws: StubbedAccount, version: str, state: State, text: str
) -> None:
    aws.answer("mwaa", "get_environment", {"Environment": TEAM | {"AirflowVersion": version}})
    folder = "s3://bucket/dags/deepspeech-clinic/"
    planned = replace(DEPLOYMENT, environment="", existing_environment="team", dag_folder=folder)
    result = airflow_service.check(aws.account, planned)
    assert result.state is state
    assert text in result.text
    assert bool(result.advice) is (state is not State.OK)


def test_an_environment_may_read_its_whole_bucket(aws: StubbedAccount) -> None:
    aws.answer("mwaa", "get_environment", {"Environment": TEAM | {"DagS3Path": "/"}})
    folder = "s3://bucket/deepspeech-clinic/"
    planned = replace(DEPLOYMENT, environment="", existing_environment="team", dag_folder=folder)
    assert airflow_service.check(aws.account, planned).state is State.OK
