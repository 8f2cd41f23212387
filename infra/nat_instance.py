"""The NAT instance: a small machine of the deployment that takes the place of a NAT gateway."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from aws_cdk import aws_ec2 as ec2

from infra.accepted_findings import accept_findings
from infra.machine_types import NAT_DISK_GIGABYTES, NAT_INSTANCE

_HTTPS = ec2.Port.tcp(443)


def make_provider() -> ec2.NatInstanceProviderV2:
    """Return the CDK's provider of a NAT instance for a VPC.

    Each deployment takes the newest machine image of Amazon Linux 2023, and replaces the instance if it is another one.
    Source: CDK API Reference, `NatInstanceProviderV2` and `MachineImage.latestAmazonLinux2023`.
    """
    return ec2.NatProvider.instance_v2(
        instance_type=ec2.InstanceType(NAT_INSTANCE),
        machine_image=ec2.MachineImage.latest_amazon_linux2023(
            cpu_type=ec2.AmazonLinuxCpuType.ARM_64, cached_in_context=False
        ),
        associate_public_ip_address=True,
        default_allowed_traffic=ec2.NatTrafficDirection.NONE,
        credit_specification=ec2.CpuCredits.STANDARD,  # never more than the price of an hour
    )


def configure(provider: ec2.NatInstanceProviderV2, clients: Sequence[ec2.ISecurityGroup]) -> None:
    """Restrict the NAT instance to HTTPS from some security groups, encrypt its disk, and protect its credentials.

    Args:
        provider: The provider, after a VPC has used it.
        clients: The groups whose members reach the internet through the instance.
    """
    for client in clients:
        provider.security_group.add_ingress_rule(client, _HTTPS, "HTTPS, to pass on")
    provider.security_group.add_egress_rule(ec2.Peer.any_ipv4(), _HTTPS, "AWS, and what requirements.txt names")
    for instance in provider.gateway_instances:
        definition = cast(ec2.CfnInstance, instance.node.default_child)
        definition.ebs_optimized = True
        definition.metadata_options = ec2.CfnInstance.MetadataOptionsProperty(
            http_tokens="required", http_put_response_hop_limit=1
        )
        definition.block_device_mappings = [
            ec2.CfnInstance.BlockDeviceMappingProperty(
                device_name="/dev/xvda",
                ebs=ec2.CfnInstance.EbsProperty(
                    volume_size=NAT_DISK_GIGABYTES, volume_type="gp3", encrypted=True, delete_on_termination=True
                ),
            )
        ]
        accept_findings(
            instance,
            {
                "AwsSolutions-EC26": "The disk is encrypted. The rule fails if its stack has a launch template.",
                "AwsSolutions-EC28": "Metrics of every five minutes are enough, and cost nothing.",
                "AwsSolutions-EC29": "The instance has no data, and each new machine image replaces it.",
                "CKV_AWS_88": "A NAT instance needs a public address. Its group lets in HTTPS from two groups only.",
            },
        )
