"""Handlers of security groups and their rules."""

from __future__ import annotations

from typing import Any

from standin.cloudformation.property_names import pick
from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, ResourceHandler, handles
from standin.cloudformation.resources.tagged import tag_specifications


@handles("AWS::EC2::SecurityGroup")
class SecurityGroup(ResourceHandler):
    """Handler of security groups with the rules that their templates contain."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the group with its rules and return the group. See `ResourceHandler`."""
        ec2, properties = request.client("ec2"), request.properties
        resource_id = ec2.create_security_group(
            GroupName=properties.get("GroupName") or request.unique_name(),
            Description=properties["GroupDescription"],
            VpcId=properties["VpcId"],
            TagSpecifications=tag_specifications(request, "security-group"),
        )["GroupId"]
        if "SecurityGroupEgress" in properties:  # otherwise EC2's default rule stays, which allows all outgoing traffic
            everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
            ec2.revoke_security_group_egress(GroupId=resource_id, IpPermissions=everything)
        for direction, rules in (("Ingress", "SecurityGroupIngress"), ("Egress", "SecurityGroupEgress")):
            for rule in properties.get(rules, []):
                _authorize(request, direction, resource_id, rule)
        return PhysicalResource(resource_id, {"GroupId": resource_id, "VpcId": properties["VpcId"]})

    def delete(self, request: HandlerRequest) -> None:
        """Delete the group. See `ResourceHandler`."""
        request.client("ec2").delete_security_group(GroupId=request.existing.physical_id)


@handles("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress")
class SecurityGroupRule(ResourceHandler):
    """Handler of single rules of a security group, for example a rule that names the group itself."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Add the rule to its group and return the rule. See `ResourceHandler`."""
        resource_id = _authorize(request, self._direction(request), request.properties["GroupId"], request.properties)
        return PhysicalResource(resource_id, {"Id": resource_id})

    def delete(self, request: HandlerRequest) -> None:
        """Remove the rule from its group. See `ResourceHandler`."""
        ec2, group = request.client("ec2"), request.old_properties["GroupId"]
        revoke = (
            ec2.revoke_security_group_ingress
            if self._direction(request) == "Ingress"
            else ec2.revoke_security_group_egress
        )
        revoke(GroupId=group, IpPermissions=[_permission(request.old_properties)])

    @staticmethod
    def _direction(request: HandlerRequest) -> str:
        return request.type.removeprefix("AWS::EC2::SecurityGroup")


def _authorize(request: HandlerRequest, direction: str, group: str, rule: Any) -> str:
    """Add a rule to a security group and return the id of the rule. `direction` is `Ingress` or `Egress`."""
    ec2 = request.client("ec2")
    allow = ec2.authorize_security_group_ingress if direction == "Ingress" else ec2.authorize_security_group_egress
    [rule_entry] = allow(GroupId=group, IpPermissions=[_permission(rule)])["SecurityGroupRules"]
    return str(rule_entry["SecurityGroupRuleId"])


def _permission(rule: Any) -> dict[str, Any]:
    """Return a rule in the form of the EC2 API."""
    permission = pick(rule, "IpProtocol", "FromPort", "ToPort")
    description = pick(rule, "Description")
    if "CidrIp" in rule:
        permission["IpRanges"] = [{"CidrIp": rule["CidrIp"], **description}]
    if "CidrIpv6" in rule:
        permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **description}]
    for name in ("SourceSecurityGroupId", "DestinationSecurityGroupId"):
        if name in rule:
            permission["UserIdGroupPairs"] = [{"GroupId": rule[name], **description}]
    return permission
