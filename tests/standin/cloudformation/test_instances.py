"""Tests of stacks with an EC2 instance to which a route leads, as a NAT instance has it."""

from __future__ import annotations

import base64
import copy
import uuid
from typing import Any

import pytest

from tests.standin.cloudformation.test_stacks import Resources, Stack, bucket
from tests.support.standin.standin_server import LocalAws

IMAGES = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-"
ARM, NEWER_ARM, X86 = f"{IMAGES}6.1-arm64", f"{IMAGES}6.12-arm64", f"{IMAGES}6.1-x86_64"
IMAGE_PARAMETER = {"Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": ARM}}
USER_DATA = "#!/bin/bash\nsysctl -p"
EC2_TRUST = {
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]
}


def resource(type_: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type_, "Properties": properties}


def network(**more: Any) -> Resources:
    """Return a network whose route for the internet leads to an instance. `more` are properties of the instance."""
    zone = {"Fn::Select": [0, {"Fn::GetAZs": ""}]}
    vpc, group = {"Ref": "V"}, {"Fn::GetAtt": ["G", "GroupId"]}
    interface = {"AssociatePublicIpAddress": True, "DeviceIndex": "0", "GroupSet": [group], "SubnetId": {"Ref": "S"}}
    disk = {"DeleteOnTermination": True, "Encrypted": True, "VolumeSize": 8, "VolumeType": "gp3"}
    properties = {
        "AvailabilityZone": zone,
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": disk}],
        "CreditSpecification": {"CPUCredits": "standard"},
        "IamInstanceProfile": {"Ref": "P"},
        "ImageId": {"Ref": "Image"},
        "InstanceType": "t4g.nano",
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        "NetworkInterfaces": [interface],
        "SourceDestCheck": False,
        "Tags": [{"Key": "deployment", "Value": "a"}],
        "UserData": {"Fn::Base64": USER_DATA},
        **more,
    }
    return {
        "V": resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16"),
        "S": resource("AWS::EC2::Subnet", VpcId=vpc, CidrBlock="10.0.0.0/24", AvailabilityZone=zone),
        "G": resource("AWS::EC2::SecurityGroup", GroupDescription="g", VpcId=vpc),
        "R": resource("AWS::IAM::Role", AssumeRolePolicyDocument=EC2_TRUST),
        "P": resource("AWS::IAM::InstanceProfile", Roles=[{"Ref": "R"}]),
        "I": resource("AWS::EC2::Instance", **properties),
        "T": resource("AWS::EC2::RouteTable", VpcId=vpc),
        "Way": resource(
            "AWS::EC2::Route", RouteTableId={"Ref": "T"}, DestinationCidrBlock="0.0.0.0/0", InstanceId={"Ref": "I"}
        ),
    }


@pytest.fixture
def stack(aws: LocalAws) -> Stack:
    return Stack(aws)


def instances(stack: Stack) -> list[Any]:
    """Return the instances in the network of the stack that have not ended."""
    filters = [{"Name": "vpc-id", "Values": [stack.ids["V"]]}, {"Name": "instance-state-name", "Values": ["running"]}]
    reservations = stack.aws.client("ec2").describe_instances(Filters=filters)["Reservations"]
    return [instance for reservation in reservations for instance in reservation["Instances"]]


def way_out(stack: Stack) -> str:
    """Return the instance to which the route for the internet leads."""
    [table] = stack.aws.client("ec2").describe_route_tables(RouteTableIds=[stack.ids["T"]])["RouteTables"]
    [target] = [route["InstanceId"] for route in table["Routes"] if route["DestinationCidrBlock"] == "0.0.0.0/0"]
    return str(target)


def test_an_instance_is_what_the_template_declares(stack: Stack) -> None:
    outputs = {name: {"Value": {"Fn::GetAtt": ["I", name]}} for name in ("PrivateIp", "PublicIp", "AvailabilityZone")}
    stack.create(network(), Parameters=IMAGE_PARAMETER, Outputs=outputs)
    assert stack.described["StackStatus"] == "CREATE_COMPLETE", stack.described.get("StackStatusReason")
    [instance] = instances(stack)
    ec2, ssm = stack.aws.client("ec2"), stack.aws.client("ssm")
    assert instance["InstanceId"] == stack.ids["I"] == way_out(stack)
    assert instance["ImageId"] == ssm.get_parameter(Name=ARM)["Parameter"]["Value"]
    assert (instance["InstanceType"], instance["SubnetId"]) == ("t4g.nano", stack.ids["S"])
    assert instance["SourceDestCheck"] is False
    assert instance["MetadataOptions"]["HttpTokens"] == "required"
    assert instance["IamInstanceProfile"]["Arn"].endswith(f"/{stack.ids['P']}")
    assert {"Key": "deployment", "Value": "a"} in instance["Tags"]
    [interface] = instance["NetworkInterfaces"]
    assert [group["GroupId"] for group in interface["Groups"]] == [stack.ids["G"]]
    [device] = instance["BlockDeviceMappings"]
    [volume] = ec2.describe_volumes(VolumeIds=[device["Ebs"]["VolumeId"]])["Volumes"]
    assert (volume["Encrypted"], volume["Size"], volume["VolumeType"]) == (True, 8, "gp3")
    data = ec2.describe_instance_attribute(InstanceId=stack.ids["I"], Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(data).decode() == USER_DATA
    assert stack.outputs == {
        "PrivateIp": instance["PrivateIpAddress"],
        "PublicIp": instance["PublicIpAddress"],
        "AvailabilityZone": instance["Placement"]["AvailabilityZone"],
    }


def test_a_deleted_stack_leaves_no_instance_and_no_network(stack: Stack) -> None:
    stack.create(network(), Parameters=IMAGE_PARAMETER)
    vpc, instance = stack.ids["V"], stack.ids["I"]
    stack.delete()
    ec2 = stack.aws.client("ec2")
    in_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    assert not ec2.describe_vpcs(Filters=in_vpc)["Vpcs"]
    assert not ec2.describe_network_interfaces(Filters=in_vpc)["NetworkInterfaces"]
    [ended] = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"]
    assert ended["State"]["Name"] == "terminated"


def test_tags_and_forwarding_change_in_place(stack: Stack) -> None:
    stack.create(network(), Parameters=IMAGE_PARAMETER)
    before = stack.ids["I"]
    tags = [{"Key": "deployment", "Value": "b"}]
    stack.update(network(SourceDestCheck=True, Tags=tags), Parameters=IMAGE_PARAMETER)
    [instance] = instances(stack)
    assert (instance["InstanceId"], instance["SourceDestCheck"], instance["Tags"]) == (before, True, tags)


@pytest.fixture
def image_name(aws: LocalAws) -> str:
    """Return the name of a parameter with a machine image, of which a newer one may come out."""
    name, ssm = f"/images/{uuid.uuid4().hex}", aws.client("ssm")
    ssm.put_parameter(Name=name, Type="String", Value=ssm.get_parameter(Name=ARM)["Parameter"]["Value"])
    return name


def newer_image(stack: Stack, name: str) -> str:
    """Let a newer machine image come out, and return its id."""
    ssm = stack.aws.client("ssm")
    image = str(ssm.get_parameter(Name=NEWER_ARM)["Parameter"]["Value"])
    ssm.put_parameter(Name=name, Type="String", Value=image, Overwrite=True)
    return image


def test_a_newer_machine_image_replaces_the_instance_and_the_route_follows(stack: Stack, image_name: str) -> None:
    """The template does not change; CloudFormation reads the parameter of SSM anew."""
    parameters = {"Image": {**IMAGE_PARAMETER["Image"], "Default": image_name}}
    stack.create(network(), Parameters=parameters)
    before, image = stack.ids["I"], newer_image(stack, image_name)
    stack.update(network(), Parameters=parameters)
    assert stack.described["StackStatus"] == "UPDATE_COMPLETE", stack.described.get("StackStatusReason")
    [instance] = instances(stack)
    assert (instance["ImageId"], instance["InstanceId"]) == (image, way_out(stack))
    assert instance["InstanceId"] != before


def test_a_failed_update_returns_to_the_old_instance_and_its_image(stack: Stack, image_name: str) -> None:
    parameters = {"Image": {**IMAGE_PARAMETER["Image"], "Default": image_name}}
    stack.create(network(), Parameters=parameters)
    [before] = instances(stack)
    newer_image(stack, image_name)
    failing = {"Type": "AWS::Made::Up", "DependsOn": ["Way"]}
    stack.update({**network(), "Z": failing}, Parameters=parameters)
    assert stack.described["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    [after] = instances(stack)
    assert after["InstanceId"] == before["InstanceId"] == way_out(stack)


def test_a_failed_creation_ends_the_instance(stack: Stack) -> None:
    stack.create(
        {**network(), "B": bucket(), "Z": {"Type": "AWS::Made::Up", "DependsOn": ["Way"]}}, Parameters=IMAGE_PARAMETER
    )
    assert stack.described["StackStatus"] == "ROLLBACK_COMPLETE"
    ended = {
        event["PhysicalResourceId"]
        for event in stack.client.describe_stack_events(StackName=stack.name)["StackEvents"]
        if event["LogicalResourceId"] == "I" and event["ResourceStatus"] == "DELETE_COMPLETE"
    }
    assert len(ended) == 1
    assert not stack.ids


@pytest.mark.parametrize(
    ("image", "properties", "reason"),
    [
        (X86, {}, "does not match the architecture 'x86_64'"),
        ("/images/none", {}, r"Unable to fetch parameters \[/images/none\]"),
        (ARM, {"AvailabilityZone": {"Fn::Select": [1, {"Fn::GetAZs": ""}]}}, "is not that of the subnet"),
        (ARM, {"IamInstanceProfile": "none"}, "none"),
        (ARM, {"ImageId": "ami-0123456789abcdef0"}, "InvalidAMIID.NotFound"),
        (ARM, {"HibernationOptions": {"Configured": True}}, "makes no HibernationOptions of an instance"),
    ],
    ids=["architecture", "parameter", "zone", "profile", "image", "property"],
)
def test_what_ec2_refuses_rolls_the_stack_back(stack: Stack, image: str, properties: Any, reason: str) -> None:
    parameters = copy.deepcopy(IMAGE_PARAMETER)
    parameters["Image"]["Default"] = image
    stack.create(network(**properties), Parameters=parameters)
    assert stack.described["StackStatus"] == "ROLLBACK_COMPLETE"
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(stack.described["StackStatusReason"])
