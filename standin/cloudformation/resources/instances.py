"""Handler of EC2 instances."""

from __future__ import annotations

import base64
from typing import Any

from standin.cloudformation.errors import NotSupported, ValidationError
from standin.cloudformation.property_names import pick
from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    Properties,
    ReplacementRequired,
    handles,
)
from standin.cloudformation.resources.tagged import Tagged, tag_specifications

#: Properties that RunInstances takes as they are.
_UNCHANGED = ("ImageId", "InstanceType", "BlockDeviceMappings", "EbsOptimized", "MetadataOptions")
_CONVERTED = (
    "AvailabilityZone",
    "CreditSpecification",
    "IamInstanceProfile",
    "NetworkInterfaces",
    "SourceDestCheck",
    "Tags",
    "UserData",
)


@handles("AWS::EC2::Instance")
class Instance(Tagged):
    """Handler of EC2 instances with one network interface that the template describes."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Start the instance and return it. See `ResourceHandler`.

        Raises:
            NotSupported: The template declares a property that this handler does not know.
            ValidationError: EC2 would refuse the instance, and moto does not.
        """
        ec2, properties = request.client("ec2"), request.properties
        if unknown := properties.keys() - {*_UNCHANGED, *_CONVERTED}:
            raise NotSupported(f"The local CloudFormation makes no {', '.join(sorted(unknown))} of an instance.")
        _check_machine_image(ec2, properties)
        _check_zone(ec2, properties)
        [instance] = ec2.run_instances(
            MinCount=1, MaxCount=1, TagSpecifications=tag_specifications(request, "instance"), **_options(properties)
        )["Instances"]
        resource_id = instance["InstanceId"]
        _set_forwarding(ec2, resource_id, properties)
        [described] = ec2.describe_instances(InstanceIds=[resource_id])["Reservations"][0]["Instances"]
        return PhysicalResource(
            resource_id,
            {
                "InstanceId": resource_id,
                "AvailabilityZone": described["Placement"]["AvailabilityZone"],
                "PrivateIp": described["PrivateIpAddress"],
                "PublicIp": described.get("PublicIpAddress", ""),
                "VpcId": described["VpcId"],
            },
        )

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Change tags and `SourceDestCheck`. Any other change needs a new instance. See `ResourceHandler`.

        AWS can change more properties in place.
        """
        names = (request.properties.keys() | request.old_properties.keys()) - {"Tags", "SourceDestCheck"}
        if request.has_changed(*names):
            raise ReplacementRequired
        ec2, resource_id = request.client("ec2"), request.existing.physical_id
        tags = [{"Key": key, "Value": value} for key, value in request.tags().items()]
        ec2.create_tags(Resources=[resource_id], Tags=tags)
        _set_forwarding(ec2, resource_id, request.properties)
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """End the instance. See `ResourceHandler`."""
        request.client("ec2").terminate_instances(InstanceIds=[request.existing.physical_id])


def _options(properties: Properties) -> dict[str, Any]:
    """Return the properties in the form of RunInstances."""
    options: dict[str, Any] = {
        **pick(properties, *_UNCHANGED),
        "NetworkInterfaces": [_interface(interface) for interface in properties["NetworkInterfaces"]],
    }
    if "AvailabilityZone" in properties:
        options["Placement"] = pick(properties, "AvailabilityZone")
    if "CreditSpecification" in properties:
        options["CreditSpecification"] = {"CpuCredits": properties["CreditSpecification"]["CPUCredits"]}
    if "IamInstanceProfile" in properties:
        options["IamInstanceProfile"] = {"Name": properties["IamInstanceProfile"]}
    if "UserData" in properties:  # the client encodes it again
        options["UserData"] = base64.b64decode(properties["UserData"]).decode()
    return options


def _interface(declared: Properties) -> dict[str, Any]:
    """Return a network interface, which ends with the instance. This is EC2's default, but not moto's."""
    interface = {"DeleteOnTermination": True, **pick(declared, "AssociatePublicIpAddress", "SubnetId")}
    if groups := declared.get("GroupSet"):
        interface["Groups"] = groups
    return {**interface, "DeviceIndex": int(declared["DeviceIndex"])}


def _set_forwarding(ec2: Any, instance: str, properties: Properties) -> None:
    """Set whether EC2 drops packets that are neither from the instance nor for it. RunInstances has no such option."""
    is_checked = properties.get("SourceDestCheck", True)
    ec2.modify_instance_attribute(InstanceId=instance, SourceDestCheck={"Value": is_checked})


def _check_machine_image(ec2: Any, properties: Properties) -> None:
    """Check that the machine image exists, and that the instance type can run it."""
    [image] = ec2.describe_images(ImageIds=[properties["ImageId"]])["Images"]
    [type_] = ec2.describe_instance_types(InstanceTypes=[properties["InstanceType"]])["InstanceTypes"]
    architectures = type_["ProcessorInfo"]["SupportedArchitectures"]
    if image["Architecture"] not in architectures:
        raise ValidationError(
            f"The architecture '{','.join(architectures)}' of the specified instance type does not match the "
            f"architecture '{image['Architecture']}' of the specified AMI."
        )


def _check_zone(ec2: Any, properties: Properties) -> None:
    """Check that the subnet is in the zone that the template names."""
    ids = [interface["SubnetId"] for interface in properties["NetworkInterfaces"]]
    for subnet in ec2.describe_subnets(SubnetIds=ids)["Subnets"]:
        zone = subnet["AvailabilityZone"]
        if properties.get("AvailabilityZone", zone) != zone:
            raise ValidationError(
                f"The availability zone '{properties['AvailabilityZone']}' is not that of the subnet, '{zone}'."
            )
