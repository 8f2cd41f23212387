"""The network: a VPC with private subnets in two zones, or one that exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from aws_cdk import Annotations
from aws_cdk import aws_ec2 as ec2
from aws_cdk.region_info import RegionInfo
from constructs import Construct

from infra import nat_instance
from infra.log_groups import add_log_group
from infra.setting_checks import is_zone_id
from infra.settings import DeploymentSettings

_AWS = ec2.InterfaceVpcEndpointAwsService

#: The services that the machines call. Without the internet, each needs an interface endpoint; S3 has a gateway
#: endpoint. Sources: Amazon ECS Developer Guide, "Interface VPC endpoints"; Amazon ECR User Guide, "Interface VPC
#: endpoints".
_MACHINE_SERVICES = {
    "Logs": _AWS.CLOUDWATCH_LOGS,
    "EcrApi": _AWS.ECR,
    "EcrDocker": _AWS.ECR_DOCKER,
    "Ecs": _AWS.ECS,
    "EcsAgent": _AWS.ECS_AGENT,
    "EcsTelemetry": _AWS.ECS_TELEMETRY,
}
#: The further services that MWAA and the DAG call. Sources: Amazon MWAA User Guide, "Creating the required VPC service
#: endpoints"; AWS Batch User Guide, "Access AWS Batch using an interface endpoint".
_AIRFLOW_SERVICES = {
    "AirflowApi": _AWS.AIRFLOW_API,
    "AirflowEnv": _AWS.AIRFLOW_ENV,
    "Sqs": _AWS.SQS,
    "Kms": _AWS.KMS,
    "Monitoring": _AWS.CLOUDWATCH_MONITORING,
    "Batch": _AWS.BATCH,
    "Sns": _AWS.SNS,
}
#: A service that MWAA calls in the partition `aws` only. Source: `MWAA/verify_env` in AWS's repository
#: aws-support-tools, which checks the network of environments.
_OPERATIONS_SERVICE = {"AirflowOps": _AWS.AIRFLOW_OPS}
_HTTPS = ec2.Port.tcp(443)
#: The CDK's warning about a subnet whose route table it does not know.
_NO_ROUTE_TABLE = "@aws-cdk/aws-ec2:noSubnetRouteTableId"


class Network(Construct):
    """The VPC and its security groups. If the VPC changes, the Airflow environment has to be created again.

    It is a new VPC in two zones, as MWAA requires, or the one that the setting `vpc_id` names.

    Args:
        scope: The construct that the network belongs to.
        id: The construct id.
        settings: The settings of the deployment.
    """

    def __init__(self, scope: Construct, id: str, *, settings: DeploymentSettings) -> None:
        super().__init__(scope, id)
        self._nat_instance = nat_instance.make_provider() if settings.network == "nat-instance" else None
        if settings.vpc_id:
            self._use_existing(settings)
        else:
            self._create(settings)
        self.machines = self._group("Machines", "The machines that transcribe, nothing comes in, HTTPS goes out")
        #: The group of Airflow's own parts, if the deployment creates an Airflow.
        self.airflow_groups = [self._airflow_group(settings)] if settings.airflow == "new" else []
        if settings.vpc_id:
            return
        if settings.network == "endpoints":
            self._add_endpoints(settings)
        if self._nat_instance:
            nat_instance.configure(self._nat_instance, [self.machines, *self.airflow_groups])
        self._log_refused_connections(settings)

    def _use_existing(self, settings: DeploymentSettings) -> None:
        """Use the VPC and the subnets of the settings, and leave them as they are."""
        ids = settings.subnet_list
        self.vpc: ec2.IVpc = ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=settings.vpc_id,
            # The CDK asks for the zones. No template contains them.
            availability_zones=[f"zone-of-{subnet}" for subnet in ids],
            private_subnet_ids=ids,
        )
        self.subnets = self.vpc.private_subnets
        for subnet in self.subnets:
            Annotations.of(subnet).acknowledge_warning(_NO_ROUTE_TABLE, "Nothing here reads or changes the routes.")

    def _create(self, settings: DeploymentSettings) -> None:
        """Create the VPC."""
        through_nat = settings.network != "endpoints"
        private = ec2.SubnetType.PRIVATE_WITH_EGRESS if through_nat else ec2.SubnetType.PRIVATE_ISOLATED
        subnets = [ec2.SubnetConfiguration(name="Private", subnet_type=private, cidr_mask=20)]
        if through_nat:
            # For the NAT gateway or the NAT instance only.
            public = ec2.SubnetType.PUBLIC
            subnets.append(
                ec2.SubnetConfiguration(name="Public", subnet_type=public, cidr_mask=28, map_public_ip_on_launch=False)
            )
        vpc = ec2.Vpc(
            self,
            "Vpc",
            **_zones(settings),
            nat_gateways=1 if through_nat else 0,
            nat_gateway_provider=self._nat_instance,
            subnet_configuration=subnets,
            # Audio, transcripts and image layers travel through this endpoint, which costs nothing.
            gateway_endpoints={"S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)},
            # No resource is in the default group. To empty it, the CDK would add a Lambda function that may change
            # security groups.
            restrict_default_security_group=False,
        )
        _name_zones_by_id(vpc, settings.zone_list)
        self.vpc = vpc
        self.subnets = vpc.private_subnets if through_nat else vpc.isolated_subnets

    def _airflow_group(self, settings: DeploymentSettings) -> ec2.SecurityGroup:
        """Add the group of Airflow's parts."""
        group = self._group("Airflow", "The parts of Airflow reach each other and the database, HTTPS goes out")
        # MWAA requires a group that admits itself. Source: Amazon MWAA User Guide, "Security in your VPC".
        group.connections.allow_internally(ec2.Port.all_traffic(), "Itself")
        # The endpoint of a private web server has this group.
        for addresses in settings.webserver_range_list:
            group.add_ingress_rule(ec2.Peer.ipv4(addresses), _HTTPS, "People, to the Airflow UI")
        return group

    def _group(self, name: str, description: str) -> ec2.SecurityGroup:
        """Add a security group that lets nothing in, and only HTTPS out."""
        group = ec2.SecurityGroup(self, name, vpc=self.vpc, description=description, allow_all_outbound=False)
        group.add_egress_rule(ec2.Peer.any_ipv4(), _HTTPS, "AWS, and what requirements.txt names")
        return group

    def _add_endpoints(self, settings: DeploymentSettings) -> None:
        """Add an interface endpoint for each service in use, open to the machines and to Airflow."""
        group = self._group("Endpoints", "AWS services, for the two groups that need them")
        for client in (self.machines, *self.airflow_groups):
            group.add_ingress_rule(client, _HTTPS, "HTTPS")
        for name, service in endpoint_services(settings).items():
            self.vpc.add_interface_endpoint(name, service=service, security_groups=[group], open=False)

    def _log_refused_connections(self, settings: DeploymentSettings) -> None:
        """Log refused connections. They show why a part cannot connect."""
        self.vpc.add_flow_log(
            "FlowLog",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(add_log_group(self, "Refused", settings)),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )


def endpoint_services(settings: DeploymentSettings) -> Mapping[str, ec2.InterfaceVpcEndpointAwsService]:
    """Return the services that need an interface endpoint without the internet, by the name of the endpoint.

    Without a region, the templates fit every region of the partition `aws`.
    """
    if settings.airflow != "new":
        return _MACHINE_SERVICES
    partition = RegionInfo.get(settings.region).partition if settings.region else "aws"
    operations = _OPERATIONS_SERVICE if partition == "aws" else {}
    return {**_AIRFLOW_SERVICES, **operations, **_MACHINE_SERVICES}


def _zones(settings: DeploymentSettings) -> dict[str, Any]:
    """Return the argument of a VPC that names the zones, or says how many of the region's zones it takes."""
    return {"availability_zones": settings.zone_list} if settings.zones else {"max_azs": 2}


def _name_zones_by_id(vpc: ec2.Vpc, zones: list[str]) -> None:
    """If the zones are ids, write them into the subnets as ids. The CDK writes all zones as names."""
    for subnet in [*vpc.public_subnets, *vpc.private_subnets, *vpc.isolated_subnets]:
        definition = cast(ec2.CfnSubnet, subnet.node.default_child)
        if definition.availability_zone in zones and is_zone_id(definition.availability_zone):
            definition.availability_zone_id = definition.availability_zone
            definition.availability_zone = None
