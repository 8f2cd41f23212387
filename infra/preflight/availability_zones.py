"""Check that two zones have the machines that transcribe, and the services that need an endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from infra.check_result import Result, failed, ok
from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

NAME = "zones"


def check(account: Account, deployment: PlannedDeployment) -> Result:
    """Check the zones of the deployment, and suggest others if one lacks something."""
    if deployment.network_stack and account.stack_status(deployment.network_stack):
        return ok(NAME, "the network exists, and its zones cannot change")
    zones = account.zones
    if unknown := set(deployment.zones) - set(zones) - set(zones.values()):
        text = f"this account has no zone {', '.join(sorted(unknown))} in {account.region}"
        return failed(NAME, text, f"Choose two of {', '.join(zones.values())}: -c zones=…")
    services = [service.format(region=account.region) for service in deployment.endpoint_services]
    if missing := sorted(set(services) - _zones_of_services(account).keys()):
        text = f"{account.region} has no endpoint service {', '.join(missing)}"
        return failed(NAME, text, "Choose another region with -c region=…, or -c network=nat.")
    lacking = _lacking(account, deployment, services)
    names = _chosen(account, deployment)
    problems = [f"{name} ({zones[name]}) lacks {', '.join(lacking[name])}" for name in names if lacking[name]]
    # Of subnets that exist, machines can use those whose zones have them.
    if not problems or (deployment.subnets and len(problems) < len(names)):
        return ok(NAME, ", ".join(f"{name} ({zones[name]})" for name in names))
    suitable = [zones[name] for name in zones if not lacking[name]]
    if deployment.subnets and suitable:
        advice = f"Choose subnets in other zones: {', '.join(suitable)}"
    elif len(suitable) < len(names):
        advice = "Choose other machines with -c machine_families=…, or another region with -c region=…."
    else:
        advice = f"Choose other zones: -c zones={','.join(suitable[: len(names)])}"
    return failed(NAME, "; ".join(problems), advice)


def _chosen(account: Account, deployment: PlannedDeployment) -> list[str]:
    """Return the names of the zones of the deployment: those of the subnets that exist, or two.

    If the templates name none, CloudFormation takes the first zones that have a default subnet, or else the first of
    all. Source: AWS CloudFormation User Guide, `Fn::GetAZs`.
    """
    zones = account.zones
    if deployment.subnets:
        existing = account.pages("ec2", "describe_subnets", "Subnets", SubnetIds=list(deployment.subnets))
        return sorted({subnet["AvailabilityZone"] for subnet in existing})
    if deployment.zones:
        return [name for name, zone_id in zones.items() if {name, zone_id} & set(deployment.zones)]
    filters = [{"Name": "default-for-az", "Values": ["true"]}]
    subnets = account.pages("ec2", "describe_subnets", "Subnets", Filters=filters)
    with_default_subnet = sorted({subnet["AvailabilityZone"] for subnet in subnets} & zones.keys())
    return (with_default_subnet or list(zones))[:2]


def _lacking(account: Account, deployment: PlannedDeployment, services: Iterable[str]) -> Mapping[str, list[str]]:
    """Return what each zone lacks, by its name: all machine types, the NAT instance's type, or endpoint services."""
    nat_types = [deployment.nat_instance] if deployment.nat_instance else []
    offerings = list(
        account.pages(
            "ec2",
            "describe_instance_type_offerings",
            "InstanceTypeOfferings",
            LocationType="availability-zone",
            Filters=[{"Name": "instance-type", "Values": [*deployment.machine_types, *nat_types]}],
        )
    )
    with_machines = {offering["Location"] for offering in offerings if offering["InstanceType"] not in nat_types}
    zones_of_nat_types = {
        name: {offering["Location"] for offering in offerings if offering["InstanceType"] == name} for name in nat_types
    }
    zones_of_services = _zones_of_services(account) if services else {}
    return {
        zone: [
            *(["all machine types of machine_families"] if zone not in with_machines else []),
            *(f"{name} of the NAT instance" for name in nat_types if zone not in zones_of_nat_types[name]),
            *(service for service in services if zone not in zones_of_services[service]),
        ]
        for zone in account.zones
    }


def _zones_of_services(account: Account) -> Mapping[str, Set[str]]:
    """Return the names of the zones of each endpoint service of the region.

    AWS lists S3 twice with the same name: its gateway endpoint and its interface endpoint.
    """
    zones: dict[str, set[str]] = {}
    for service in account.pages("ec2", "describe_vpc_endpoint_services", "ServiceDetails"):
        zones.setdefault(service["ServiceName"], set()).update(service["AvailabilityZones"])
    return zones
