"""What a deployment will create, read from its templates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.cloud_assembly import CloudAssembly

_UNKNOWN_REGION = "unknown-region"


@dataclass(frozen=True)
class PlannedDeployment:
    """What a deployment will create."""

    #: The name of the deployment.
    name: str
    #: The name of the MWAA environment that will be created; empty if there is an Airflow already.
    environment: str
    #: The version of Airflow of the MWAA environment that will be created; empty if there is an Airflow already.
    airflow_version: str
    #: The name of an MWAA environment that exists and will get the DAG; empty if there is none.
    existing_environment: str
    #: The address of the folder that gets the DAG, `s3://bucket/folder/`; empty if it is in a bucket of the deployment.
    dag_folder: str
    #: The region that the templates name; empty if they fit every region.
    region: str
    #: The names of the stacks.
    stacks: tuple[str, ...]
    #: The name of the stack with the network that will be created; empty if the network exists.
    network_stack: str
    #: The id of the VPC and the ids of the subnets, if the network exists.
    vpc: str
    subnets: tuple[str, ...]
    #: The names or the ids of the zones; empty if CloudFormation chooses them.
    zones: tuple[str, ...]
    #: The types of machines that Batch may start.
    machine_types: tuple[str, ...]
    #: The type of the NAT instance; empty if there is none.
    nat_instance: str
    #: The maximum number of vCPUs on Spot machines and on on-demand machines.
    spot_vcpus: int
    on_demand_vcpus: int
    #: The vCPUs of the largest container of a job.
    container_vcpus: int
    #: The names of the endpoint services, with `{region}` for the region.
    endpoint_services: tuple[str, ...]
    #: The names of log groups.
    log_groups: tuple[str, ...]
    #: The names of queues.
    queues: tuple[str, ...]
    #: The number of Elastic IP addresses.
    addresses: int
    #: The version of the CDK's bootstrap that the stacks need, and the SSM parameter that holds the account's version.
    bootstrap_version: int
    bootstrap_parameter: str


def read_deployment(folder: Path) -> PlannedDeployment:
    """Read the deployment that `cdk synth` wrote into a folder.

    Raises:
        NotSynthesized: The folder has no templates.
    """
    assembly = CloudAssembly(folder)
    stacks = _stacks(folder)
    environments = [resource.properties for resource in _of(assembly, "MWAA::Environment")]
    environment = environments[0] if environments else {}
    networks = [resource.stack for resource in _of(assembly, "EC2::VPC")]
    machines = [resource.properties["ComputeResources"] for resource in _of(assembly, "Batch::ComputeEnvironment")]
    vcpus = {resources["Type"]: int(resources["MaxvCpus"]) for resources in machines}
    services = [_text(resource.properties["ServiceName"]) for resource in _of(assembly, "EC2::VPCEndpoint")]
    groups = [resource.properties.get("LogGroupName") for resource in _of(assembly, "Logs::LogGroup")]
    region = next(iter(stacks.values()))["environment"].rpartition("/")[2]
    properties = [stack["properties"] for stack in stacks.values()]
    return PlannedDeployment(
        name=next(name.removesuffix("-storage") for name in stacks if name.endswith("-storage")),
        environment=environment.get("Name", ""),
        airflow_version=environment.get("AirflowVersion", ""),
        existing_environment="" if environments else _output(assembly, "AirflowEnvironment"),
        dag_folder=_output(assembly, "DagFolder"),
        region="" if region == _UNKNOWN_REGION else region,
        stacks=tuple(stacks),
        network_stack=next(iter(networks), ""),
        vpc="" if networks else _of(assembly, "EC2::SecurityGroup")[0].properties["VpcId"],
        subnets=() if networks else tuple(machines[0]["Subnets"]),
        zones=_zones(resource.properties for resource in _of(assembly, "EC2::Subnet")),
        machine_types=tuple(sorted({name for resources in machines for name in resources["InstanceTypes"]})),
        nat_instance=next((resource.properties["InstanceType"] for resource in _of(assembly, "EC2::Instance")), ""),
        spot_vcpus=vcpus["SPOT"],
        on_demand_vcpus=vcpus.get("EC2", 0),
        container_vcpus=max(_vcpus(resource.properties) for resource in _of(assembly, "Batch::JobDefinition")),
        endpoint_services=tuple(sorted(services)),
        log_groups=tuple(sorted(group for group in groups if isinstance(group, str))),
        queues=tuple(sorted(resource.properties["QueueName"] for resource in _of(assembly, "SQS::Queue"))),
        addresses=len(_of(assembly, "EC2::EIP")),
        bootstrap_version=max(int(stack["requiresBootstrapStackVersion"]) for stack in properties),
        bootstrap_parameter=properties[0]["bootstrapStackVersionSsmParameter"],
    )


def _of(assembly: CloudAssembly, kind: str) -> list[Any]:
    return assembly.of_type(f"AWS::{kind}")


def _stacks(folder: Path) -> dict[str, Any]:
    """Return the artifacts of the stacks in a cloud assembly, by the stack's name."""
    artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"]
    return {name: artifact for name, artifact in artifacts.items() if artifact["type"] == "aws:cloudformation:stack"}


def _output(assembly: CloudAssembly, name: str) -> str:
    """Return the value of an output. If no stack has it, or CloudFormation computes it, return an empty text."""
    values = [output["Value"] for output in assembly.outputs if output["Name"] == name]
    return next((value for value in values if isinstance(value, str)), "")


def _vcpus(definition: Mapping[str, Any]) -> int:
    """Return the vCPUs of the container of a job definition."""
    requirements = definition["ContainerProperties"]["ResourceRequirements"]
    return next(int(entry["Value"]) for entry in requirements if entry["Type"] == "VCPU")


def _zones(subnets: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the zones that subnets name. Zones that CloudFormation chooses are functions, and are left out."""
    zones = [subnet.get("AvailabilityZoneId") or subnet["AvailabilityZone"] for subnet in subnets]
    return tuple(sorted({zone for zone in zones if isinstance(zone, str)}))


def _text(value: Any) -> str:
    """Return a value of a template as text, with `{region}` for the region.

    Raises:
        ValueError: The value has another function of CloudFormation.
    """
    match value:
        case str():
            return value
        case {"Ref": "AWS::Region"}:
            return "{region}"
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(map(_text, parts))
    raise ValueError(f"{value!r} is no name of a service.")
