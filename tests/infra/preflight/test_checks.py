"""Each check of the preflight passes in a good account, and says what to do when one answer is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from infra.check_result import State
from infra.preflight import (
    airflow_service,
    availability_zones,
    bootstrap,
    existing_names,
    network_limits,
    service_linked_roles,
    vcpu_quotas,
)
from infra.preflight.account import Account
from infra.preflight.checks import run_checks
from infra.preflight.planned_deployment import PlannedDeployment

REGION = "us-east-1"
DEPLOYMENT = PlannedDeployment(
    name="clinic",
    environment="clinic",
    existing_environment="",
    dag_folder="",
    region="",
    stacks=("clinic-storage", "clinic-batch", "clinic-airflow"),
    network_stack="clinic-batch",
    subnets=(),
    zones=(),
    machine_types=("c5.xlarge", "m6i.xlarge"),
    spot_vcpus=128,
    on_demand_vcpus=32,
    endpoint_services=("com.amazonaws.{region}.s3",),
    log_groups=("airflow-clinic-Task",),
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


@pytest.fixture
def aws() -> Iterator[StubbedAccount]:
    """An account that has given no answer yet."""
    with ExitStack() as stack:
        yield StubbedAccount(stack)


def zone_answers(
    aws: StubbedAccount,
    machines: set[str],
    service_zones: set[str],
    service: str = "com.amazonaws.us-east-1.s3",
    default_subnets: tuple[str, ...] = tuple(ZONES),
) -> None:
    """Answer the calls of the check of zones, with the names of the zones that have machines and the service."""
    aws.no_stacks()
    zones = [{"ZoneName": name, "ZoneId": zone_id} for name, zone_id in ZONES.items()]
    aws.answer("ec2", "describe_availability_zones", {"AvailabilityZones": zones})
    services = [{"ServiceName": service, "AvailabilityZones": sorted(service_zones)}]
    aws.answer("ec2", "describe_vpc_endpoint_services", {"ServiceDetails": services})
    offerings = [{"InstanceType": "c5.xlarge", "Location": name} for name in sorted(machines)]
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


def test_a_zone_without_an_endpoint_service_fails(aws: StubbedAccount) -> None:
    zone_answers(aws, set(ZONES), {"us-east-1b", "us-east-1c"})
    result = availability_zones.check(aws.account, DEPLOYMENT)
    assert result.text == "us-east-1a (use1-az3) lacks com.amazonaws.us-east-1.s3"
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


def quota(aws: StubbedAccount, *values: float) -> None:
    """Answer calls for quotas with these values."""
    for value in values:
        aws.answer("service-quotas", "get_service_quota", {"Quota": {"Value": value}})


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


def test_a_quota_without_a_value_of_the_account_has_awss_default(aws: StubbedAccount) -> None:
    aws.refuse("service-quotas", "get_service_quota", "NoSuchResourceException")
    aws.answer("service-quotas", "get_aws_default_service_quota", {"Quota": {"Value": 5.0}})
    assert aws.account.quota("ec2", "L-34B43A08") == 5


def test_the_role_of_spot_machines_must_exist(aws: StubbedAccount) -> None:
    role = {"Path": "/", "RoleName": "made-up", "RoleId": "A" * 16, "Arn": "arn:aws:iam::1:role/up", "CreateDate": 0}
    aws.answer("iam", "get_role", {"Role": role})
    assert service_linked_roles.check(aws.account, DEPLOYMENT).state is State.OK
    aws.refuse("iam", "get_role", "NoSuchEntity")
    result = service_linked_roles.check(aws.account, DEPLOYMENT)
    assert result.state is State.FAILED
    assert "create-service-linked-role --aws-service-name spot.amazonaws.com" in result.advice


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


def test_mwaa_that_answers_passes(aws: StubbedAccount) -> None:
    aws.answer("mwaa", "list_environments", {"Environments": ["clinic", "other"]})
    assert airflow_service.check(aws.account, DEPLOYMENT).text == "2 environments, one of them clinic"


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


def test_without_mwaa_and_a_new_network_nothing_is_asked_about_them(aws: StubbedAccount) -> None:
    planned = replace(DEPLOYMENT, environment="", network_stack="", subnets=("subnet-1",))
    assert airflow_service.check(aws.account, planned).text == "is not used"
    assert network_limits.check(aws.account, planned).text == "the network exists"
    aws.no_stacks(3)
    assert existing_names.check(aws.account, planned).text == "all names are free"


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


def test_a_call_that_the_credentials_do_not_allow_gives_an_unknown_result(aws: StubbedAccount) -> None:
    for service, operation in (
        ("ssm", "get_parameter"),
        ("cloudformation", "describe_stacks"),
        ("cloudformation", "describe_stacks"),
        ("cloudformation", "describe_stacks"),
        ("service-quotas", "get_service_quota"),
        ("iam", "get_role"),
        ("mwaa", "list_environments"),
    ):
        aws.refuse(service, operation, "AccessDeniedException")
    results = list(run_checks(aws.account, DEPLOYMENT))
    assert {result.state for result in results} == {State.UNKNOWN}
    assert len(results) == 7
    assert all("AccessDenied" in result.text and result.advice for result in results)
