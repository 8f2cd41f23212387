"""What `cdk synth` wrote: the resources of all stacks, with what refers to what, across stacks too."""

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
    id: str
    type: str
    properties: Mapping[str, Any]
    #: Whether it stays when the stack is deleted.
    is_kept: bool

    @property
    def name(self) -> str:
        """The id without the digest that the CDK adds to most."""
        return re.sub(r"(?<=.)[0-9A-F]{8}$", "", self.id)


class Assembly:
    """The stacks in the folder that the CDK wrote, such as `cdk.out`.

    What the folder's manifest does not name is left over from another deployment, and not looked at.

    Raises:
        NotSynthesized: `cdk synth` has not written there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / "manifest.json").exists():
            raise NotSynthesized(f"{folder} holds no templates. Write them: make synth")
        manifest = json.loads((folder / "manifest.json").read_text())
        stacks = {
            name: json.loads((folder / each["properties"]["templateFile"]).read_text())
            for name, each in manifest["artifacts"].items()
            if each["type"] == "aws:cloudformation:stack"
        }
        self.resources = [_resource(stack, *each) for stack, text in stacks.items() for each in _of(text)]
        self._by_id = {(each.stack, each.id): each for each in self.resources}
        self._exports = {
            output["Export"]["Name"]: (stack, output["Value"])
            for stack, text in stacks.items()
            for output in text.get("Outputs", {}).values()
            if "Export" in output
        }

    def of_type(self, type: str) -> list[Resource]:
        """All resources of a type, such as `AWS::S3::Bucket`."""
        return [each for each in self.resources if each.type == type]

    def references(self, stack: str, value: Any) -> Iterator[Resource]:
        """The resources that a value in a template of `stack` refers to, each as often as it does."""
        if isinstance(value, Mapping):
            if "Ref" in value or "Fn::GetAtt" in value:
                name = value.get("Ref") or value["Fn::GetAtt"][0]
                if found := self._by_id.get((stack, name)):
                    yield found
            elif "Fn::ImportValue" in value:
                yield from self.references(*self._exports[value["Fn::ImportValue"]])
            else:
                for each in value.values():
                    yield from self.references(stack, each)
        elif isinstance(value, list):
            for each in value:
                yield from self.references(stack, each)


def _of(template: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from template.get("Resources", {}).items()


def _resource(stack: str, id: str, text: Mapping[str, Any]) -> Resource:
    is_kept = text.get("DeletionPolicy", "").startswith("Retain")
    return Resource(stack, id, text["Type"], text.get("Properties", {}), is_kept)
