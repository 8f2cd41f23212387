"""The NAT instance: nobody outside reaches it, it stays patched, and cfn-lint and checkov find nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra import costs, documents
from infra.app import make_app
from infra.cloud_assembly import CloudAssembly
from infra.preflight.planned_deployment import read_deployment
from infra.prices import read_prices
from tests.support.infra.linters import cfn_lint, checkov
from tests.support.infra.synthesized_stacks import SynthesizedStacks


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStacks:
    """Synthesize a deployment with a NAT instance, which runs cdk-nag, and return its stacks."""
    folder = tmp_path_factory.mktemp("nat-instance")
    make_app({"network": "nat-instance", "image_model": "demo"}, str(folder)).synth()
    return SynthesizedStacks.load(folder, "transcription")


def nat_group(stacks: SynthesizedStacks) -> str:
    """Return the logical id of the security group of the NAT instance."""
    (group,) = (name for name in stacks.resources("AWS::EC2::SecurityGroup") if "NatSecurityGroup" in name)
    return group


def test_private_subnets_reach_the_internet_through_one_instance_in_a_public_subnet(stacks: SynthesizedStacks) -> None:
    assert not stacks.resources("AWS::EC2::NatGateway")
    assert not stacks.resources("AWS::EC2::EIP")
    (instance,) = stacks.resources("AWS::EC2::Instance")
    routes = [
        resource["Properties"]
        for name, resource in stacks.resources("AWS::EC2::Route").items()
        if "Private" in name and resource["Properties"]["DestinationCidrBlock"] == "0.0.0.0/0"
    ]
    assert [route["InstanceId"] for route in routes] == [{"Ref": instance}] * 2
    properties = stacks.properties("AWS::EC2::Instance")
    assert properties["SourceDestCheck"] is False
    (interface,) = properties["NetworkInterfaces"]
    assert interface["AssociatePublicIpAddress"] is True
    assert "public" in interface["SubnetId"]


def test_each_deployment_takes_the_newest_machine_image_for_arm(stacks: SynthesizedStacks) -> None:
    (instance,) = stacks.resources("AWS::EC2::Instance").values()
    image = stacks.templates["batch"]["Parameters"][instance["Properties"]["ImageId"]["Ref"]]
    assert image["Type"] == "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    assert image["Default"].startswith("/aws/service/ami-amazon-linux-latest/al2023-ami-")
    assert image["Default"].endswith("-arm64")
    assert instance["Properties"]["InstanceType"] == "t4g.nano"


def test_only_machines_and_airflow_reach_the_instance_and_only_with_https(stacks: SynthesizedStacks) -> None:
    group = nat_group(stacks)
    assert "SecurityGroupIngress" not in stacks.resources("AWS::EC2::SecurityGroup")[group]["Properties"]
    rules = [stacks.resolve(rule["Properties"]) for rule in stacks.resources("AWS::EC2::SecurityGroupIngress").values()]
    incoming = [rule for rule in rules if rule["GroupId"] == f"{group}.GroupId"]
    assert {rule["SourceSecurityGroupId"].partition(".")[0] for rule in incoming} == {
        name for name in stacks.resources("AWS::EC2::SecurityGroup") if name != group
    }
    assert len(incoming) == 2
    assert all((rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443) for rule in incoming)
    (outgoing,) = stacks.resources("AWS::EC2::SecurityGroup")[group]["Properties"]["SecurityGroupEgress"]
    assert (outgoing["CidrIp"], outgoing["FromPort"], outgoing["ToPort"]) == ("0.0.0.0/0", 443, 443)


def test_the_disk_is_encrypted_and_the_credentials_need_a_token(stacks: SynthesizedStacks) -> None:
    properties = stacks.properties("AWS::EC2::Instance")
    (device,) = properties["BlockDeviceMappings"]
    assert (device["DeviceName"], device["Ebs"]["Encrypted"]) == ("/dev/xvda", True)
    assert properties["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}


def test_airflow_installs_requirements_through_the_instance(stacks: SynthesizedStacks) -> None:
    assert "RequirementsS3Path" in stacks.properties("AWS::MWAA::Environment")


def test_cfn_lint_and_checkov_find_nothing(stacks: SynthesizedStacks, tmp_path: Path) -> None:
    template = stacks.folder / "transcription-batch.template.json"
    assert cfn_lint(template).stdout == ""
    (tmp_path / template.name).write_text(template.read_text())
    report = checkov(tmp_path)
    assert [check["check_id"] for check in report["results"]["failed_checks"]] == []
    assert report["summary"]["passed"] > 20


def test_the_preflight_knows_the_instance(stacks: SynthesizedStacks) -> None:
    deployment = read_deployment(stacks.folder)
    assert (deployment.nat_instance, deployment.addresses) == ("t4g.nano", 0)


def test_a_month_costs_the_instance_its_address_and_its_disk(stacks: SynthesizedStacks) -> None:
    prices = read_prices()
    parts = costs.monthly_cost(costs.count_resources(CloudAssembly(stacks.folder)), prices).parts
    hourly = prices["nat_instance"] + prices["public_address"]
    assert parts["network"] == pytest.approx(730 * hourly + 8 * prices["machine_disk"])
    assert "`network=nat-instance`" in documents._PRICED
