"""An account of AWS whose answers a test gives, and a deployment for it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import boto3
from botocore.stub import Stubber

from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

REGION = "us-east-1"
DEPLOYMENT = PlannedDeployment(
    name="clinic",
    environment="clinic",
    airflow_version="3.2.1",
    existing_environment="",
    dag_folder="",
    region="",
    stacks=("clinic-storage", "clinic-batch", "clinic-airflow"),
    network_stack="clinic-batch",
    vpc="",
    subnets=(),
    zones=(),
    machine_types=("c5.xlarge", "m6i.xlarge"),
    nat_instance="",
    spot_vcpus=128,
    on_demand_vcpus=32,
    container_vcpus=2,
    endpoint_services=("com.amazonaws.{region}.s3",),
    log_groups=("airflow-clinic-Task",),
    queues=(),
    addresses=1,
    bootstrap_version=6,
    bootstrap_parameter="/cdk-bootstrap/hnb659fds/version",
)
ZONES = {"us-east-1a": "use1-az3", "us-east-1b": "use1-az1", "us-east-1c": "use1-az2"}


class StubbedAccount:
    """An account whose answers the test gives, in the order of the calls of each service."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._stubs: dict[str, tuple[Any, Stubber]] = {}
        self.account = Account(lambda service: self._stub(service)[0], REGION)

    def answer(self, service: str, operation: str, response: dict[str, Any]) -> None:
        """Answer the next call of a service."""
        self._stub(service)[1].add_response(operation, response, None)

    def refuse(self, service: str, operation: str, code: str) -> None:
        """Answer the next call of a service with an error."""
        self._stub(service)[1].add_client_error(operation, code)

    def no_stacks(self, count: int = 1) -> None:
        """Answer that stacks do not exist, to a number of calls."""
        for _ in range(count):
            self.refuse("cloudformation", "describe_stacks", "ValidationError")

    def stack(self, status: str) -> None:
        """Answer that a stack exists, with a status."""
        answer = {"StackName": "made-up", "CreationTime": 0, "StackStatus": status}
        self.answer("cloudformation", "describe_stacks", {"Stacks": [answer]})

    def _stub(self, service: str) -> tuple[Any, Stubber]:
        if service not in self._stubs:
            session: Any = boto3.Session("made", "up", region_name=REGION)
            client = session.client(service)
            self._stubs[service] = client, self._stack.enter_context(Stubber(client))
        return self._stubs[service]


def quota(aws: StubbedAccount, *values: float) -> None:
    """Answer calls for quotas with these values."""
    for value in values:
        aws.answer("service-quotas", "get_service_quota", {"Quota": {"Value": value}})
