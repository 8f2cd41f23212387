"""A deployment for an Airflow that is not on MWAA: the smoke test passes with its policy, and fails without a part."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.check_result import State
from local.airflow import Airflow
from local.errors import StackError
from rehearsal.checks import check_smoke_test
from rehearsal.own_airflow_deployment import OwnAirflowDeployment
from rehearsal.rehearsal import Rehearsal
from rehearsal.rehearsed_deployment import RehearsedDeployment
from rehearsal.team_airflow import create_network, create_role, network_settings

#: The role with which the tasks run.
ROLE = "plain-airflow-tasks"


@pytest.fixture(scope="module")
def plain(rehearsal: Rehearsal) -> OwnAirflowDeployment:
    """A deployment with `airflow=none` in an existing network, and a role that has only its policy."""
    client = RehearsedDeployment("plain", rehearsal.endpoint).client
    network = create_network(client("ec2"), "10.41.0.0/16")
    role = create_role(client("iam"), ROLE, ("ec2.amazonaws.com",))
    rehearsal.deploy("plain", {"airflow": "none", **network_settings(*network)})
    deployment = OwnAirflowDeployment("plain", rehearsal.endpoint, role)
    deployment.attach_policy()
    return deployment


@pytest.fixture(scope="module")
def airflow(rehearsal: Rehearsal, plain: OwnAirflowDeployment) -> Iterator[Airflow]:
    """An Airflow with nothing but the folder of the DAG and the credentials of the role."""
    with rehearsal.airflow(plain) as airflow:
        yield airflow


def test_the_policy_is_all_that_the_tasks_need(
    rehearsal: Rehearsal, plain: OwnAirflowDeployment, airflow: Airflow
) -> None:
    keys = plain.audio_bucket_keys()
    check_smoke_test(rehearsal.smoke_test(plain, airflow))
    assert [line for line in rehearsal.refused_requests() if ROLE in line] == []
    assert plain.audio_bucket_keys() == keys
    settings = json.loads(plain.outputs["DagSettings"])
    assert settings["bucket"] == plain.bucket


def test_a_permission_that_the_policy_lacks_turns_the_smoke_test_red(
    rehearsal: Rehearsal, plain: OwnAirflowDeployment, airflow: Airflow
) -> None:
    _remove_action(plain, "batch:SubmitJob")
    results = {result.check: result for result in rehearsal.smoke_test(plain, airflow)}
    assert results["run"].state is State.FAILED
    assert re.search("is red in .*transcribe", results["run"].text)
    assert results["transcript"].state is State.FAILED
    assert results["removed"].state is State.OK
    with pytest.raises(StackError, match="The smoke test failed"):
        check_smoke_test(list(results.values()))
    refused = "\n".join(rehearsal.refused_requests())
    assert f"{ROLE} is not authorized to perform batch:SubmitJob" in refused


def _remove_action(deployment: OwnAirflowDeployment, action: str) -> None:
    """Make a version of the policy without the statement of an action the default."""
    iam: Any = deployment.client("iam")
    arn = deployment.outputs["TaskPolicy"]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    statements = [statement for statement in document["Statement"] if action not in statement["Action"]]
    assert len(statements) == len(document["Statement"]) - 1
    document["Statement"] = statements
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document), SetAsDefault=True)
