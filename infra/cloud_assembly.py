"""The CDK's cloud assembly, which `cdk synth` writes: the templates of all stacks with their resources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.errors import NotSynthesized


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource of one of the stacks."""

    stack: str
    logical_id: str
    type: str
    properties: Mapping[str, Any]
    #: Whether the resource stays when its stack is deleted.
    is_retained: bool

    @property
    def name(self) -> str:
        """The logical id, without the digest that the CDK appends to most logical ids."""
        return re.sub(r"(?<=.)[0-9A-F]{8}$", "", self.logical_id)


class CloudAssembly:
    """The stacks in a folder that the CDK wrote, such as `cdk.out`.

    Templates that the folder's manifest does not name are ignored: they remain from another deployment.

    Args:
        folder: The folder.

    Raises:
        NotSynthesized: The folder has no manifest.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        manifest_file = folder / "manifest.json"
        if not manifest_file.exists():
            raise NotSynthesized(f"{folder} contains no templates. Write them with: make synth")
        artifacts = json.loads(manifest_file.read_text())["artifacts"]
        templates = {
            stack: json.loads((folder / artifact["properties"]["templateFile"]).read_text())
            for stack, artifact in artifacts.items()
            if artifact["type"] == "aws:cloudformation:stack"
        }
        self.resources = [
            _resource(stack, logical_id, definition)
            for stack, template in templates.items()
            for logical_id, definition in template.get("Resources", {}).items()
        ]
        self._by_id = {(resource.stack, resource.logical_id): resource for resource in self.resources}
        #: The outputs of all stacks: `Name` and `Value`.
        self.outputs = [
            {"Name": name, "Value": output["Value"]}
            for template in templates.values()
            for name, output in template.get("Outputs", {}).items()
        ]
        self._exports = {
            output["Export"]["Name"]: (stack, output["Value"])
            for stack, template in templates.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def of_type(self, type: str) -> list[Resource]:
        """Return the resources of a type, such as `AWS::S3::Bucket`."""
        return [resource for resource in self.resources if resource.type == type]

    def references(self, stack: str, value: Any) -> Iterator[Resource]:
        """Yield the resources that a value in a template refers to, also in other stacks.

        A resource to which the value refers several times is yielded several times.

        Args:
            stack: The stack of the template.
            value: Any part of the template.
        """
        if isinstance(value, Mapping):
            if "Ref" in value or "Fn::GetAtt" in value:
                logical_id = value.get("Ref") or value["Fn::GetAtt"][0]
                if resource := self._by_id.get((stack, logical_id)):
                    yield resource
            elif "Fn::ImportValue" in value:
                yield from self.references(*self._exports[value["Fn::ImportValue"]])
            else:
                for part in value.values():
                    yield from self.references(stack, part)
        elif isinstance(value, list):
            for part in value:
                yield from self.references(stack, part)


def _resource(stack: str, logical_id: str, definition: Mapping[str, Any]) -> Resource:
    is_retained = definition.get("DeletionPolicy", "").startswith("Retain")
    return Resource(stack, logical_id, definition["Type"], definition.get("Properties", {}), is_retained)
