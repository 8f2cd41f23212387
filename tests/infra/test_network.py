"""The network: subnets are private, needed services are reachable, and no connection comes in from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from infra.app import make_app
from tests.support.infra.synthesized_stacks import REGION, SynthesizedStacks


def test_mwaa_gets_two_private_subnets_in_two_zones(deployment: SynthesizedStacks) -> None:
    subnet_ids = deployment.properties("AWS::MWAA::Environment")["NetworkConfiguration"]["SubnetIds"]
    subnets = {
        f"made-up-{name.lower()}": deployment.resolve(subnet["Properties"])
        for name, subnet in deployment.resources("AWS::EC2::Subnet").items()
    }
    assert len(subnet_ids) == 2
    assert {subnets[subnet]["AvailabilityZone"] for subnet in subnet_ids} == {f"{REGION}a", f"{REGION}b"}
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in subnets.values())
    assert all("private" in subnet for subnet in subnet_ids)


def test_machines_are_in_two_private_subnets(deployment: SynthesizedStacks) -> None:
    for environment in deployment.resources("AWS::Batch::ComputeEnvironment").values():
        subnets = deployment.resolve(environment["Properties"]["ComputeResources"]["Subnets"])
        assert len(subnets) == 2
        assert all("private" in subnet for subnet in subnets)


def test_traffic_to_s3_uses_the_free_gateway_endpoint(deployment: SynthesizedStacks) -> None:
    endpoints = [
        deployment.resolve(endpoint["Properties"])
        for endpoint in deployment.resources("AWS::EC2::VPCEndpoint").values()
    ]
    (gateway,) = (endpoint for endpoint in endpoints if endpoint["VpcEndpointType"] == "Gateway")
    assert gateway["ServiceName"] == f"com.amazonaws.{REGION}.s3"
    private_tables = {
        f"made-up-{name.lower()}" for name in deployment.resources("AWS::EC2::RouteTable") if "Private" in name
    }
    assert private_tables <= set(gateway["RouteTableIds"])
    assert len(private_tables) == 2


def test_the_network_has_one_nat_gateway(default: SynthesizedStacks) -> None:
    assert len(default.resources("AWS::EC2::NatGateway")) == 1


def test_without_internet_every_service_in_use_has_an_endpoint(other: SynthesizedStacks) -> None:
    assert not other.resources("AWS::EC2::NatGateway")
    assert not other.resources("AWS::EC2::InternetGateway")
    endpoints = [
        other.resolve(endpoint["Properties"]) for endpoint in other.resources("AWS::EC2::VPCEndpoint").values()
    ]
    interfaces = {endpoint["ServiceName"] for endpoint in endpoints if endpoint["VpcEndpointType"] == "Interface"}
    mwaa = {"airflow.api", "airflow.env", "airflow.ops", "sqs", "ecr.api", "ecr.dkr", "kms", "monitoring", "logs"}
    machines = {"ecs", "ecs-agent", "ecs-telemetry"}
    assert {name.partition(f"{REGION}.")[2] for name in interfaces} == mwaa | machines | {"batch", "sns"}
    assert all(endpoint["PrivateDnsEnabled"] for endpoint in endpoints if endpoint["VpcEndpointType"] == "Interface")


def rules(deployment: SynthesizedStacks, kind: str) -> dict[str, Any]:
    """Return the security group rules that are resources of their own, by logical id."""
    return {name: deployment.resolve(rule["Properties"]) for name, rule in deployment.resources(kind).items()}


def test_only_security_groups_of_the_deployment_may_connect(deployment: SynthesizedStacks) -> None:
    assert not any(
        "SecurityGroupIngress" in group["Properties"]
        for group in deployment.resources("AWS::EC2::SecurityGroup").values()
    )
    incoming = rules(deployment, "AWS::EC2::SecurityGroupIngress").values()
    # Airflow accepts connections from itself; endpoints, if there are any, accept them from machines and Airflow.
    assert not any("CidrIp" in rule or "CidrIpv6" in rule for rule in incoming)
    pairs = {(rule["SourceSecurityGroupId"], rule["GroupId"]) for rule in incoming}
    machines, airflow, endpoints = (group(deployment, name) for name in ("Machines", "Airflow", "Endpoints"))
    endpoint_pairs = {(machines, endpoints), (airflow, endpoints)} if deployment.name == "other" else set()
    assert pairs == {(airflow, airflow), *endpoint_pairs}


def group(deployment: SynthesizedStacks, name: str) -> str:
    """Return the id of the security group with a name, or an empty string."""
    groups = deployment.resources("AWS::EC2::SecurityGroup")
    matching = [logical_id for logical_id in groups if logical_id.startswith(f"Network{name}")]
    return f"{matching[0]}.GroupId" if matching else ""


def test_airflows_components_can_connect_to_each_other(deployment: SynthesizedStacks) -> None:
    (airflow,) = deployment.properties("AWS::MWAA::Environment")["NetworkConfiguration"]["SecurityGroupIds"]
    assert airflow == group(deployment, "Airflow")
    for kind, other_end in (("Ingress", "SourceSecurityGroupId"), ("Egress", "DestinationSecurityGroupId")):
        group_rules = rules(deployment, f"AWS::EC2::SecurityGroup{kind}").values()
        assert (airflow, airflow, "-1") in [
            (rule["GroupId"], rule[other_end], rule["IpProtocol"]) for rule in group_rules
        ]


def test_outgoing_connections_use_https_only(deployment: SynthesizedStacks) -> None:
    for group in deployment.resources("AWS::EC2::SecurityGroup").values():
        for rule in group["Properties"]["SecurityGroupEgress"]:
            assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)


def test_refused_connections_are_logged(deployment: SynthesizedStacks) -> None:
    assert deployment.properties("AWS::EC2::FlowLog")["TrafficType"] == "REJECT"


def test_without_an_own_airflow_only_the_machines_services_have_an_endpoint(tmp_path: Path) -> None:
    settings = {"network": "endpoints", "airflow": "none", "image_model": "demo"}
    make_app(settings, str(tmp_path)).synth()
    stacks = SynthesizedStacks.load(tmp_path, "transcription")
    endpoints = [
        stacks.resolve(endpoint["Properties"]) for endpoint in stacks.resources("AWS::EC2::VPCEndpoint").values()
    ]
    names = {endpoint["ServiceName"].partition(f"{REGION}.")[2] for endpoint in endpoints}
    assert names == {"s3", "logs", "ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry"}
