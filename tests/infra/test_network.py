"""The network: what runs is private, reaches what it needs, and nothing comes in."""

from __future__ import annotations

from typing import Any

from tests.support.infra.synthesized_stacks import REGION, SynthesizedStacks


def test_mwaa_gets_two_private_subnets_in_two_zones(deployment: SynthesizedStacks) -> None:
    chosen = deployment.properties("AWS::MWAA::Environment")["NetworkConfiguration"]["SubnetIds"]
    subnets = {
        f"made-up-{name.lower()}": deployment.resolve(found["Properties"])
        for name, found in deployment.resources("AWS::EC2::Subnet").items()
    }
    assert len(chosen) == 2
    assert {subnets[subnet]["AvailabilityZone"] for subnet in chosen} == {f"{REGION}a", f"{REGION}b"}
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in subnets.values())
    assert all("private" in subnet for subnet in chosen)


def test_machines_are_private_too(deployment: SynthesizedStacks) -> None:
    for environment in deployment.resources("AWS::Batch::ComputeEnvironment").values():
        subnets = deployment.resolve(environment["Properties"]["ComputeResources"]["Subnets"])
        assert len(subnets) == 2
        assert all("private" in subnet for subnet in subnets)


def test_audio_and_images_go_to_s3_without_a_detour_that_costs(deployment: SynthesizedStacks) -> None:
    endpoints = [
        deployment.resolve(found["Properties"]) for found in deployment.resources("AWS::EC2::VPCEndpoint").values()
    ]
    (gateway,) = (found for found in endpoints if found["VpcEndpointType"] == "Gateway")
    assert gateway["ServiceName"] == f"com.amazonaws.{REGION}.s3"
    private = {f"made-up-{name.lower()}" for name in deployment.resources("AWS::EC2::RouteTable") if "Private" in name}
    assert private <= set(gateway["RouteTableIds"])
    assert len(private) == 2


def test_there_is_one_way_out_through_nat(default: SynthesizedStacks) -> None:
    assert len(default.resources("AWS::EC2::NatGateway")) == 1


def test_without_internet_every_service_that_is_called_has_an_endpoint(other: SynthesizedStacks) -> None:
    assert not other.resources("AWS::EC2::NatGateway")
    assert not other.resources("AWS::EC2::InternetGateway")
    endpoints = [other.resolve(found["Properties"]) for found in other.resources("AWS::EC2::VPCEndpoint").values()]
    interfaces = {found["ServiceName"] for found in endpoints if found["VpcEndpointType"] == "Interface"}
    mwaa = {"airflow.api", "airflow.env", "airflow.ops", "sqs", "ecr.api", "ecr.dkr", "kms", "monitoring", "logs"}
    machines = {"ecs", "ecs-agent", "ecs-telemetry"}
    assert {name.partition(f"{REGION}.")[2] for name in interfaces} == mwaa | machines | {"batch", "sns"}
    assert all(found["PrivateDnsEnabled"] for found in endpoints if found["VpcEndpointType"] == "Interface")


def rules(deployment: SynthesizedStacks, kind: str) -> dict[str, Any]:
    """Rules that stand apart from their group."""
    return {name: deployment.resolve(found["Properties"]) for name, found in deployment.resources(kind).items()}


def test_nothing_comes_in_from_elsewhere(deployment: SynthesizedStacks) -> None:
    assert not any(
        "SecurityGroupIngress" in group["Properties"]
        for group in deployment.resources("AWS::EC2::SecurityGroup").values()
    )
    incoming = rules(deployment, "AWS::EC2::SecurityGroupIngress").values()
    # Only from groups of ours: Airflow from itself, and the endpoints, where there are any, from those that use them.
    assert not any("CidrIp" in rule or "CidrIpv6" in rule for rule in incoming)
    pairs = {(rule["SourceSecurityGroupId"], rule["GroupId"]) for rule in incoming}
    machines, airflow, endpoints = (group(deployment, name) for name in ("Machines", "Airflow", "Endpoints"))
    of_endpoints = {(machines, endpoints), (airflow, endpoints)} if deployment.name == "other" else set()
    assert pairs == {(airflow, airflow), *of_endpoints}


def group(deployment: SynthesizedStacks, name: str) -> str:
    groups = deployment.resources("AWS::EC2::SecurityGroup")
    matching = [logical_id for logical_id in groups if logical_id.startswith(f"Network{name}")]
    return f"{matching[0]}.GroupId" if matching else ""


def test_airflows_parts_reach_each_other(deployment: SynthesizedStacks) -> None:
    (own,) = deployment.properties("AWS::MWAA::Environment")["NetworkConfiguration"]["SecurityGroupIds"]
    assert own == group(deployment, "Airflow")
    for kind, other_end in (("Ingress", "SourceSecurityGroupId"), ("Egress", "DestinationSecurityGroupId")):
        found = rules(deployment, f"AWS::EC2::SecurityGroup{kind}").values()
        assert (own, own, "-1") in [(rule["GroupId"], rule[other_end], rule["IpProtocol"]) for rule in found]


def test_only_https_goes_out(deployment: SynthesizedStacks) -> None:
    for group in deployment.resources("AWS::EC2::SecurityGroup").values():
        for rule in group["Properties"]["SecurityGroupEgress"]:
            assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)


def test_refused_connections_can_be_looked_up(deployment: SynthesizedStacks) -> None:
    assert deployment.properties("AWS::EC2::FlowLog")["TrafficType"] == "REJECT"
