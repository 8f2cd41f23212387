"""The templates of one deployment, and what CloudFormation would make of their references."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STACKS = ("storage", "batch", "airflow")
PARTITION, REGION, ACCOUNT = "aws-cn", "cn-north-1", "111122223333"
_PSEUDO = {
    "AWS::Partition": PARTITION,
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com.cn",
}
#: How ARNs begin behind partition, region and account, for the resources that policies speak of.
_ARNS = {
    "AWS::S3::Bucket": ("s3", "", "", "{}"),
    "AWS::Batch::JobQueue": ("batch", REGION, ACCOUNT, "job-queue/{}"),
    "AWS::SNS::Topic": ("sns", REGION, ACCOUNT, "{}"),
    "AWS::KMS::Key": ("kms", REGION, ACCOUNT, "key/{}"),
}


@dataclass(frozen=True)
class Deployment:
    """Templates by stack: `storage`, `batch`, `airflow`."""

    folder: Path
    name: str
    templates: Mapping[str, Mapping[str, Any]]

    @classmethod
    def load(cls, folder: Path, name: str) -> Deployment:
        """What was synthesized into a folder."""
        files = {stack: folder / f"{name}-{stack}.template.json" for stack in STACKS}
        return cls(folder, name, {stack: json.loads(file.read_text()) for stack, file in files.items()})

    def resources(self, kind: str, stack: str | None = None) -> dict[str, Mapping[str, Any]]:
        """Resources of a type by their logical id, whole; of one stack or of all."""
        return {
            logical_id: resource
            for name, template in self.templates.items()
            for logical_id, resource in template["Resources"].items()
            if resource["Type"] == kind and stack in (None, name)
        }

    def properties(self, kind: str, start: str = "") -> Any:
        """Properties, resolved, of the only resource of a type whose logical id starts so."""
        (found,) = (each for logical_id, each in self.resources(kind).items() if logical_id.startswith(start))
        return self.resolve(found["Properties"])

    def statements(self, role: str) -> list[Any]:
        """Every statement of the policies of the role whose logical id starts so, resolved."""
        found: list[Any] = []
        for policy in self.resources("AWS::IAM::Policy").values():
            if any(str(each.get("Ref", "")).startswith(role) for each in policy["Properties"]["Roles"]):
                found += self.resolve(policy["Properties"]["PolicyDocument"]["Statement"])
        assert found, f"no policy of {role}"
        return found

    def output(self, stack: str, name: str) -> Any:
        """An output, resolved."""
        return self.resolve(self.templates[stack]["Outputs"][name]["Value"])

    def resolve(self, value: Any) -> Any:  # noqa: PLR0911 - one for each of CloudFormation's functions
        """What CloudFormation puts in the place of references."""
        match value:
            case {"Ref": name} if name in _PSEUDO:
                return _PSEUDO[name]
            case {"Ref": name}:
                return self._arn(name) if self._kind(name) == "AWS::SNS::Topic" else physical(name)
            case {"Fn::GetAtt": [name, "Arn" | "JobQueueArn"]}:
                return self._arn(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return f"{name}.{attribute}"
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(str(self.resolve(part)) for part in parts)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: self.resolve({"Ref": found[1]}), text)
            case {"Fn::ImportValue": name}:
                return self._import(name)
            case {"Fn::Select": [index, {"Fn::GetAZs": _}]}:
                return f"{REGION}{'ab'[int(index)]}"
            case {"Fn::Select": [index, values]}:
                return f"{self.resolve(values)}[{index}]"
            case dict():
                return {key: self.resolve(each) for key, each in value.items()}
            case list():
                return [self.resolve(each) for each in value]
        return value

    def everything(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Stack, logical id and resource of all."""
        for stack, template in self.templates.items():
            for logical_id, resource in template["Resources"].items():
                yield stack, logical_id, resource

    def _kind(self, logical_id: str) -> str:
        return next(str(resource["Type"]) for _, each, resource in self.everything() if each == logical_id)

    def _arn(self, logical_id: str) -> str:
        service, region, account, rest = _ARNS.get(self._kind(logical_id), ("made-up", REGION, ACCOUNT, "{}"))
        return f"arn:{PARTITION}:{service}:{region}:{account}:{rest.format(physical(logical_id))}"

    def _import(self, name: str) -> Any:
        outputs = (output for template in self.templates.values() for output in template["Outputs"].values())
        (found,) = (output for output in outputs if output.get("Export", {}).get("Name") == name)
        return self.resolve(found["Value"])


def physical(logical_id: str) -> str:
    """A name as CloudFormation makes one up."""
    return f"made-up-{logical_id.lower()}"
