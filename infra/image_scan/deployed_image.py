"""The images of a deployment in ECR, as the templates name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.cloud_assembly import CloudAssembly


@dataclass(frozen=True)
class DeployedImage:
    """An image in ECR."""

    repository: str
    tag: str


def find_images(assembly: CloudAssembly, account: str, region: str) -> list[DeployedImage]:
    """Return the images of the job definitions in the templates.

    Args:
        assembly: The templates.
        account: The number of the account.
        region: The region of the deployment.
    """
    addresses = [
        _resolve(definition.properties["ContainerProperties"]["Image"], account, region)
        for definition in assembly.of_type("AWS::Batch::JobDefinition")
    ]
    parts = [address.partition("/")[2].rpartition(":") for address in addresses]
    return [DeployedImage(repository, tag) for repository, _, tag in parts]


def _resolve(value: Any, account: str, region: str) -> str:
    """Return the address of an image as text, without the domain of its registry.

    Raises:
        ValueError: The value has another function of CloudFormation.
    """
    parameters = {"AWS::AccountId": account, "AWS::Region": region, "AWS::URLSuffix": "", "AWS::Partition": ""}
    match value:
        case str():
            return value
        case {"Fn::Sub": str(text)}:
            for name, content in parameters.items():
                text = text.replace(f"${{{name}}}", content)
            return text
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(_resolve(part, account, region) for part in parts)
        case {"Ref": str(name)} if name in parameters:
            return parameters[name]
        case Mapping():
            pass
    raise ValueError(f"{value!r} is no address of an image.")
