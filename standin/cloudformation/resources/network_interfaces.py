"""Network interfaces that moto does not delete together with their gateway or endpoint."""

from __future__ import annotations

from typing import Any


def delete_interfaces(ec2: Any, ids: list[str]) -> None:
    """Detach and delete the network interfaces `ids`. Interfaces that no longer exist are no error."""
    interfaces = ec2.describe_network_interfaces()["NetworkInterfaces"]
    existing = {interface["NetworkInterfaceId"]: interface for interface in interfaces}
    for interface_id in existing.keys() & set(ids):
        if attachment := existing[interface_id].get("Attachment"):
            ec2.detach_network_interface(AttachmentId=attachment["AttachmentId"], Force=True)
        ec2.delete_network_interface(NetworkInterfaceId=interface_id)
