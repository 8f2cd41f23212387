"""EC2: networks, security groups and launch templates. Nothing runs in them here."""

from __future__ import annotations

from typing import Any

from standin.cloudformation.provider import Made, Provider, Replace, Request, only, provides


def _tagged(request: Request, kind: str) -> list[dict[str, Any]]:
    tags = [{"Key": key, "Value": value} for key, value in request.tags().items()]
    return [{"ResourceType": kind, "Tags": tags}] if tags else []


class Tagged(Provider):
    """Something of EC2 whose tags can change; all else makes another one of it."""

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        names = (request.properties.keys() | request.old.keys()) - {"Tags"}
        if request.changed(*names):
            raise Replace
        tags = [{"Key": key, "Value": value} for key, value in request.tags().items()]
        request.client("ec2").create_tags(Resources=[request.made.physical_id], Tags=tags)
        return request.made


@provides("AWS::EC2::VPC")
class Vpc(Tagged):
    """A network."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        ec2, wanted = request.client("ec2"), request.properties
        vpc = ec2.create_vpc(
            CidrBlock=wanted["CidrBlock"],
            TagSpecifications=_tagged(request, "vpc"),
            **only(wanted, "InstanceTenancy"),
        )["Vpc"]
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            if name in wanted:
                ec2.modify_vpc_attribute(VpcId=vpc["VpcId"], **{name: {"Value": wanted[name]}})
        groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["SecurityGroups"]
        attributes = {
            "VpcId": vpc["VpcId"],
            "CidrBlock": vpc["CidrBlock"],
            "DefaultSecurityGroup": groups[0]["GroupId"],
        }
        return Made(vpc["VpcId"], attributes)

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ec2").delete_vpc(VpcId=request.made.physical_id)


@provides("AWS::EC2::Subnet")
class Subnet(Tagged):
    """A part of a network in one zone."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        ec2, wanted = request.client("ec2"), request.properties
        subnet = ec2.create_subnet(
            TagSpecifications=_tagged(request, "subnet"),
            **only(wanted, "VpcId", "CidrBlock", "AvailabilityZone"),
        )["Subnet"]
        id_ = subnet["SubnetId"]
        if wanted.get("MapPublicIpOnLaunch"):
            ec2.modify_subnet_attribute(SubnetId=id_, MapPublicIpOnLaunch={"Value": True})
        return Made(id_, {"SubnetId": id_, "AvailabilityZone": subnet["AvailabilityZone"], "VpcId": wanted["VpcId"]})

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ec2").delete_subnet(SubnetId=request.made.physical_id)


@provides("AWS::EC2::RouteTable")
class RouteTable(Tagged):
    """Where a subnet's packets go."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        specifications = _tagged(request, "route-table")
        ec2, vpc = request.client("ec2"), request.properties["VpcId"]
        id_ = ec2.create_route_table(VpcId=vpc, TagSpecifications=specifications)["RouteTable"]["RouteTableId"]
        return Made(id_, {"RouteTableId": id_})

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ec2").delete_route_table(RouteTableId=request.made.physical_id)


@provides("AWS::EC2::SubnetRouteTableAssociation")
class Association(Provider):
    """Which route table a subnet has."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        association = request.client("ec2").associate_route_table(
            **only(request.properties, "SubnetId", "RouteTableId")
        )
        return Made(association["AssociationId"], {"Id": association["AssociationId"]})

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ec2").disassociate_route_table(AssociationId=request.made.physical_id)


@provides("AWS::EC2::Route")
class Route(Provider):
    """One way out of a subnet."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        request.client("ec2").create_route(**request.properties)
        return Made(f"{request.properties['RouteTableId']}|{request.properties['DestinationCidrBlock']}")

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ec2").delete_route(**only(request.old, "RouteTableId", "DestinationCidrBlock"))


@provides("AWS::EC2::InternetGateway")
class InternetGateway(Tagged):
    """A door to the internet."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        tags = _tagged(request, "internet-gateway")
        gateway = request.client("ec2").create_internet_gateway(TagSpecifications=tags)["InternetGateway"]
        return Made(gateway["InternetGatewayId"], {"InternetGatewayId": gateway["InternetGatewayId"]})

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ec2").delete_internet_gateway(InternetGatewayId=request.made.physical_id)


@provides("AWS::EC2::VPCGatewayAttachment")
class GatewayAttachment(Provider):
    """A door that is in a network's wall."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        request.client("ec2").attach_internet_gateway(**only(request.properties, "InternetGatewayId", "VpcId"))
        return Made(f"IGW|{request.properties['VpcId']}")

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ec2").detach_internet_gateway(**only(request.old, "InternetGatewayId", "VpcId"))


@provides("AWS::EC2::EIP")
class ElasticIp(Tagged):
    """A public address."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        address = request.client("ec2").allocate_address(Domain="vpc", TagSpecifications=_tagged(request, "elastic-ip"))
        public, allocation = address["PublicIp"], address["AllocationId"]
        return Made(public, {"AllocationId": allocation, "PublicIp": public})

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        raise Replace

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ec2").release_address(AllocationId=request.made.attributes["AllocationId"])


@provides("AWS::EC2::NatGateway")
class NatGateway(Tagged):
    """The way of private subnets to the internet."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        gateway = request.client("ec2").create_nat_gateway(
            TagSpecifications=_tagged(request, "natgateway"), **only(request.properties, "SubnetId", "AllocationId")
        )["NatGateway"]
        return Made(gateway["NatGatewayId"], {"NatGatewayId": gateway["NatGatewayId"]})

    def delete(self, request: Request) -> None:
        """See `Provider`. moto forgets to remove its network interface, which would keep the subnet."""
        ec2, id_ = request.client("ec2"), request.made.physical_id
        [gateway] = ec2.describe_nat_gateways(NatGatewayIds=[id_])["NatGateways"]
        ec2.delete_nat_gateway(NatGatewayId=id_)
        _delete_interfaces(ec2, [each["NetworkInterfaceId"] for each in gateway["NatGatewayAddresses"]])


@provides("AWS::EC2::VPCEndpoint")
class Endpoint(Tagged):
    """A way to one AWS service that needs no internet."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        wanted = request.properties
        names = ("VpcId", "ServiceName", "VpcEndpointType", "RouteTableIds", "SubnetIds", "SecurityGroupIds")
        endpoint = request.client("ec2").create_vpc_endpoint(
            TagSpecifications=_tagged(request, "vpc-endpoint"), **only(wanted, *names, "PrivateDnsEnabled")
        )["VpcEndpoint"]
        return Made(endpoint["VpcEndpointId"], {"Id": endpoint["VpcEndpointId"]})

    def delete(self, request: Request) -> None:
        """See `Provider`. moto forgets to remove the network interfaces, which would keep the subnets."""
        ec2, id_ = request.client("ec2"), request.made.physical_id
        [endpoint] = ec2.describe_vpc_endpoints(VpcEndpointIds=[id_])["VpcEndpoints"]
        ec2.delete_vpc_endpoints(VpcEndpointIds=[id_])
        _delete_interfaces(ec2, endpoint.get("NetworkInterfaceIds", []))


def _delete_interfaces(ec2: Any, ids: list[str]) -> None:
    there = {each["NetworkInterfaceId"]: each for each in ec2.describe_network_interfaces()["NetworkInterfaces"]}
    for id_ in there.keys() & set(ids):
        if attachment := there[id_].get("Attachment"):
            ec2.detach_network_interface(AttachmentId=attachment["AttachmentId"], Force=True)
        ec2.delete_network_interface(NetworkInterfaceId=id_)


@provides("AWS::EC2::SecurityGroup")
class SecurityGroup(Provider):
    """Who may talk to whom."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        ec2, wanted = request.client("ec2"), request.properties
        id_ = ec2.create_security_group(
            GroupName=wanted.get("GroupName") or request.name(),
            Description=wanted["GroupDescription"],
            VpcId=wanted["VpcId"],
            TagSpecifications=_tagged(request, "security-group"),
        )["GroupId"]
        if "SecurityGroupEgress" in wanted:  # else everything may leave, which is EC2's default
            everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
            ec2.revoke_security_group_egress(GroupId=id_, IpPermissions=everything)
        for kind, rules in (("Ingress", "SecurityGroupIngress"), ("Egress", "SecurityGroupEgress")):
            for rule in wanted.get(rules, []):
                _authorize(request, kind, id_, rule)
        return Made(id_, {"GroupId": id_, "VpcId": wanted["VpcId"]})

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ec2").delete_security_group(GroupId=request.made.physical_id)


@provides("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress")
class SecurityGroupRule(Provider):
    """One rule of a security group, for example one that names the group itself."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        id_ = _authorize(request, self._kind(request), request.properties["GroupId"], request.properties)
        return Made(id_, {"Id": id_})

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        ec2, group = request.client("ec2"), request.old["GroupId"]
        revoke = (
            ec2.revoke_security_group_ingress if self._kind(request) == "Ingress" else ec2.revoke_security_group_egress
        )
        revoke(GroupId=group, IpPermissions=[_permission(request.old)])

    @staticmethod
    def _kind(request: Request) -> str:
        return request.type.removeprefix("AWS::EC2::SecurityGroup")


def _authorize(request: Request, kind: str, group: str, rule: Any) -> str:
    ec2 = request.client("ec2")
    allow = ec2.authorize_security_group_ingress if kind == "Ingress" else ec2.authorize_security_group_egress
    [made] = allow(GroupId=group, IpPermissions=[_permission(rule)])["SecurityGroupRules"]
    return str(made["SecurityGroupRuleId"])


def _permission(rule: Any) -> dict[str, Any]:
    permission = only(rule, "IpProtocol", "FromPort", "ToPort")
    described = only(rule, "Description")
    if "CidrIp" in rule:
        permission["IpRanges"] = [{"CidrIp": rule["CidrIp"], **described}]
    if "CidrIpv6" in rule:
        permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **described}]
    for name in ("SourceSecurityGroupId", "DestinationSecurityGroupId"):
        if name in rule:
            permission["UserIdGroupPairs"] = [{"GroupId": rule[name], **described}]
    return permission


@provides("AWS::EC2::LaunchTemplate")
class LaunchTemplate(Provider):
    """How machines start."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        template = request.client("ec2").create_launch_template(
            LaunchTemplateName=request.properties.get("LaunchTemplateName") or request.name(),
            LaunchTemplateData=request.properties["LaunchTemplateData"],
        )["LaunchTemplate"]
        return self._made(template["LaunchTemplateId"], "1")

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("LaunchTemplateName"):
            raise Replace
        id_ = request.made.physical_id
        version = request.client("ec2").create_launch_template_version(
            LaunchTemplateId=id_, LaunchTemplateData=request.properties["LaunchTemplateData"]
        )["LaunchTemplateVersion"]
        return self._made(id_, str(version["VersionNumber"]))

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ec2").delete_launch_template(LaunchTemplateId=request.made.physical_id)

    @staticmethod
    def _made(id_: str, version: str) -> Made:
        return Made(id_, {"LaunchTemplateId": id_, "DefaultVersionNumber": "1", "LatestVersionNumber": version})


@provides("AWS::EC2::FlowLog")
class FlowLog(Provider):
    """Which packets are logged."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        wanted = request.properties
        made = request.client("ec2").create_flow_logs(
            ResourceIds=[wanted["ResourceId"]],
            TagSpecifications=_tagged(request, "vpc-flow-log"),
            **only(wanted, "ResourceType", "TrafficType", "LogDestinationType", "LogDestination", "LogGroupName"),
            **only(wanted, "DeliverLogsPermissionArn", "MaxAggregationInterval"),
        )
        [id_] = made["FlowLogIds"]
        return Made(id_, {"Id": id_})

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("ec2").delete_flow_logs(FlowLogIds=[request.made.physical_id])
