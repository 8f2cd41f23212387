"""The synthesized templates of one deployment, with references resolved as CloudFormation resolves them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STACKS = ("storage", "batch", "airflow")
PARTITION, REGION, ACCOUNT = "aws-cn", "cn-north-1", "111122223333"
_PSEUDO_PARAMETERS = {
    "AWS::Partition": PARTITION,
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com.cn",
}
#: The parts of an ARN after the partition, by resource type: service, region, account, and a pattern for the name.
_ARNS = {
    "AWS::S3::Bucket": ("s3", "", "", "{}"),
    "AWS::Batch::JobQueue": ("batch", REGION, ACCOUNT, "job-queue/{}"),
    "AWS::SNS::Topic": ("sns", REGION, ACCOUNT, "{}"),
    "AWS::Logs::LogGroup": ("logs", REGION, ACCOUNT, "log-group:{}:*"),
    "AWS::SQS::Queue": ("sqs", REGION, ACCOUNT, "{}"),
    "AWS::KMS::Key": ("kms", REGION, ACCOUNT, "key/{}"),
}


@dataclass(frozen=True)
class SynthesizedStacks:
    """The templates of one deployment."""

    #: The folder that `cdk synth` wrote.
    folder: Path
    #: The name of the deployment.
    name: str
    #: The templates, by stack: `storage`, `batch`, `airflow`.
    templates: Mapping[str, Mapping[str, Any]]
    #: The region in which references are resolved.
    region: str = REGION

    @classmethod
    def load(cls, folder: Path, name: str, region: str = REGION) -> SynthesizedStacks:
        """Return the templates of the deployment `name`, from a folder that `cdk synth` wrote."""
        files = {stack: folder / f"{name}-{stack}.template.json" for stack in STACKS}
        return cls(folder, name, {stack: json.loads(file.read_text()) for stack, file in files.items()}, region)

    def resources(self, kind: str, stack: str | None = None) -> dict[str, Mapping[str, Any]]:
        """Return the resources of a type by logical id. References are not resolved.

        Args:
            kind: the type, such as `AWS::S3::Bucket`.
            stack: the stack of the resources; `None` for all stacks.
        """
        return {
            logical_id: resource
            for name, logical_id, resource in self.all_resources()
            if resource["Type"] == kind and stack in (None, name)
        }

    def properties(self, kind: str, start: str = "") -> Any:
        """Return the resolved properties of a resource.

        Args:
            kind: the type of the resource.
            start: the start of the logical id. Only one resource of the type may have it.
        """
        resources = self.resources(kind).items()
        (resource,) = (resource for logical_id, resource in resources if logical_id.startswith(start))
        return self.resolve(resource["Properties"])

    def statements(self, role: str) -> list[Any]:
        """Return the resolved policy statements of the role whose logical id begins with `role`.

        Raises:
            AssertionError: no policy belongs to such a role.
        """
        statements: list[Any] = []
        for policy in self.resources("AWS::IAM::Policy").values():
            if any(str(reference.get("Ref", "")).startswith(role) for reference in policy["Properties"]["Roles"]):
                statements += self.resolve(policy["Properties"]["PolicyDocument"]["Statement"])
        assert statements, f"no policy of {role}"
        return statements

    def output(self, stack: str, name: str) -> Any:
        """Return the resolved value of the output `name` of a stack."""
        return self.resolve(self.templates[stack]["Outputs"][name]["Value"])

    def asset(self, key: str) -> Path:
        """Return the file or folder that the CDK uploads under a key for the Airflow stack."""
        assets = json.loads((self.folder / f"{self.name}-airflow.assets.json").read_text())
        (path,) = (
            asset["source"]["path"]
            for asset in assets["files"].values()
            for destination in asset["destinations"].values()
            if destination["objectKey"] == key
        )
        return self.folder / path

    def resolve(self, value: Any) -> Any:  # noqa: PLR0911 - one return for each of CloudFormation's functions
        """Return a value with its references replaced, as CloudFormation replaces them. Physical names are invented."""
        match value:
            case {"Ref": "AWS::Region"}:
                return self.region
            case {"Ref": name} if name in self._parameters:
                return self._parameters[name]
            case {"Ref": name}:
                return self._arn(name) if self._type(name) == "AWS::SNS::Topic" else physical_name(name)
            case {"Fn::GetAtt": [name, "Arn" | "JobQueueArn"]}:
                return self._arn(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return f"{name}.{attribute}"
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(str(self.resolve(part)) for part in parts)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^}]+)\}", lambda match: self.resolve({"Ref": match[1]}), text)
            case {"Fn::ImportValue": name}:
                return self._import(name)
            case {"Fn::Select": [index, {"Fn::GetAZs": _}]}:
                return f"{REGION}{'ab'[int(index)]}"
            case {"Fn::Select": [index, values]}:
                return f"{self.resolve(values)}[{index}]"
            case dict():
                return {key: self.resolve(content) for key, content in value.items()}
            case list():
                return [self.resolve(element) for element in value]
        return value

    def all_resources(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield the stack, the logical id and the definition of each resource."""
        for stack, template in self.templates.items():
            for logical_id, resource in template["Resources"].items():
                yield stack, logical_id, resource

    @property
    def _parameters(self) -> Mapping[str, str]:
        """The pseudo parameters, and the defaults of the parameters of all stacks."""
        parameters = [template.get("Parameters", {}) for template in self.templates.values()]
        defaults = {name: parameter.get("Default", "") for entries in parameters for name, parameter in entries.items()}
        return {**_PSEUDO_PARAMETERS, **defaults}

    def _type(self, logical_id: str) -> str:
        return next(str(resource["Type"]) for _, name, resource in self.all_resources() if name == logical_id)

    def _arn(self, logical_id: str) -> str:
        service, region, account, pattern = _ARNS.get(self._type(logical_id), ("made-up", REGION, ACCOUNT, "{}"))
        return f"arn:{PARTITION}:{service}:{region}:{account}:{pattern.format(physical_name(logical_id))}"

    def _import(self, name: str) -> Any:
        outputs = (output for template in self.templates.values() for output in template["Outputs"].values())
        (exported,) = (output for output in outputs if output.get("Export", {}).get("Name") == name)
        return self.resolve(exported["Value"])


def physical_name(logical_id: str) -> str:
    """Return a made-up name for a resource that CloudFormation names."""
    return f"made-up-{logical_id.lower()}"
