"""The preflight against the local AWS: it passes in a prepared account, and fails with one answer wrong at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local.errors import StackError
from rehearsal.rehearsal import CONTEXT, Rehearsal
from rehearsal.rehearsed_deployment import RehearsedDeployment

_BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
_SPOT_ROLE = "AWSServiceRoleForEC2Spot"
Clients = Callable[[str], Any]


@pytest.fixture(scope="module")
def clients(rehearsal: Rehearsal) -> Clients:
    """Return the clients of the local AWS."""
    return RehearsedDeployment("checked", rehearsal.endpoint).client


@pytest.fixture(scope="module")
def templates(rehearsal: Rehearsal) -> Path:
    """Write the templates of a deployment that does not exist."""
    folder = rehearsal.state / "cdk.out" / "checked"
    rehearsal.cdk.synthesize({**CONTEXT, "name": "checked"}, folder)
    return folder


@contextmanager
def no_spot_role(client: Clients) -> Iterator[None]:
    client("iam").delete_service_linked_role(RoleName=_SPOT_ROLE)
    yield
    client("iam").create_service_linked_role(AWSServiceName="spot.amazonaws.com")


@contextmanager
def old_bootstrap(client: Clients) -> Iterator[None]:
    version = client("ssm").get_parameter(Name=_BOOTSTRAP)["Parameter"]["Value"]
    client("ssm").put_parameter(Name=_BOOTSTRAP, Value="5", Type="String", Overwrite=True)
    yield
    client("ssm").put_parameter(Name=_BOOTSTRAP, Value=version, Type="String", Overwrite=True)


@contextmanager
def log_group_of_somebody_else(client: Clients) -> Iterator[None]:
    client("logs").create_log_group(logGroupName="airflow-checked-Task")
    yield
    client("logs").delete_log_group(logGroupName="airflow-checked-Task")


@contextmanager
def no_free_vpc(client: Clients) -> Iterator[None]:
    ec2 = client("ec2")
    existing = len(ec2.describe_vpcs()["Vpcs"])
    vpcs = [ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"] for _ in range(5 - existing)]
    yield
    for vpc in vpcs:
        ec2.delete_vpc(VpcId=vpc)


def test_a_prepared_account_passes(rehearsal: Rehearsal, templates: Path) -> None:
    lines = rehearsal.cdk.preflight(templates).splitlines()
    assert [line.split()[0] for line in lines] == ["ok"] * 10
    assert "zones: us-east-1a (use1-az6), us-east-1b (use1-az1)" in lines[3]


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (no_spot_role, "AWSServiceRoleForEC2Spot does not exist"),
        (old_bootstrap, r"bootstrap: version 5; the stacks need \d+\n +Run again: make bootstrap"),
        (log_group_of_somebody_else, "belong to no deployment: log group airflow-checked-Task"),
        (no_free_vpc, "5 of 5 VPCs are in use"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_one_wrong_answer_fails_with_its_advice(
    rehearsal: Rehearsal, clients: Clients, templates: Path, wrong: Any, text: str
) -> None:
    with wrong(clients), pytest.raises(StackError, match=text) as error:
        rehearsal.cdk.preflight(templates)
    assert str(error.value).count("FAILED") == 1


def test_a_deployment_whose_preflight_fails_creates_nothing(rehearsal: Rehearsal, clients: Clients) -> None:
    """The zone use1-az3 has none of the machines."""
    folder = rehearsal.state / "cdk.out" / "unlucky"
    rehearsal.cdk.synthesize({**CONTEXT, "name": "unlucky", "zones": "use1-az3,use1-az1"}, folder)
    with pytest.raises(
        StackError, match=r"us-east-1e \(use1-az3\) lacks all machine types[^\0]*-c zones=use1-az6,use1-az1"
    ):
        rehearsal.cdk.preflight(folder)
