"""Names and ARNs: several deployments can exist side by side, in every partition, account and region."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from infra.paths import ROOT
from tests.support.infra.synthesized_stacks import SynthesizedStacks

#: Properties that name a resource in its account and region.
NAMES = re.compile(r"(?:Name|\w+Name|Alias\w*)")
#: Properties with such a name that do not: an inline policy belongs to its role, the others name another resource.
NOT_OWN = {
    *(
        ("AWS::IAM::Policy", "PolicyName"),
        ("AWS::EC2::VPCEndpoint", "ServiceName"),
        ("AWS::EC2::FlowLog", "LogGroupName"),
    ),
    *(("AWS::CloudWatch::Alarm", "MetricName"), ("Custom::CDKBucketDeployment", "DestinationBucketName")),
    *(("Custom::S3AutoDeleteObjects", "BucketName"),),
}
#: Types that need an explicit name. MWAA requires one, and writes to log groups with names of its choice. The name of
#: the job definition stays the same for all revisions, so Airflow need not be told of a new one.
NAMED = {"AWS::MWAA::Environment", "AWS::Logs::LogGroup", "AWS::Batch::JobDefinition"}


def names(deployment: SynthesizedStacks) -> set[tuple[str, str]]:
    """The type and the name of each resource whose name CloudFormation does not choose."""
    found: set[tuple[str, str]] = set()
    for _, _, resource in deployment.everything():
        kind, properties = resource["Type"], resource.get("Properties", {})
        for key, value in properties.items():
            if NAMES.fullmatch(key) and (kind, key) not in NOT_OWN:
                found.add((kind, json.dumps(value)))
    return found


def exports(deployment: SynthesizedStacks) -> set[str]:
    outputs = (output for template in deployment.templates.values() for output in template["Outputs"].values())
    return {json.dumps(output["Export"]["Name"]) for output in outputs if "Export" in output}


def test_two_deployments_share_no_name(default: SynthesizedStacks, other: SynthesizedStacks) -> None:
    for found in (names, exports):
        assert found(default)
        assert not found(default) & found(other)


def test_only_what_aws_wants_named_is_named(deployment: SynthesizedStacks) -> None:
    found = names(deployment)
    assert {kind for kind, _ in found} == NAMED
    assert all(f'"{deployment.name}' in name or f'"airflow-{deployment.name}-' in name for _, name in found)


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, content in value.items():
                yield from (*strings(key), *strings(content))
        case list():
            for element in value:
                yield from strings(element)


def test_it_can_be_deployed_in_any_partition(deployment: SynthesizedStacks) -> None:
    for stack, template in deployment.templates.items():
        fixed = [text for text in strings(template) if re.search(r"arn:aws[\w-]*:|\.amazonaws\.com\b", text)]
        # Service principals have the same name in every partition.
        services = [text for text in fixed if re.fullmatch(r"[a-z0-9-]+\.amazonaws\.com", text)]
        assert fixed == services, stack
    for file in (ROOT / "infra").rglob("*.py"):
        assert "arn:aws" not in file.read_text(), file


def test_it_can_be_deployed_in_any_account_and_region(deployment: SynthesizedStacks) -> None:
    for stack, template in deployment.templates.items():
        deployed = [
            template["Resources"],
            template["Outputs"],
        ]  # without the mappings, which have a row for each region
        assert not [text for text in strings(deployed) if re.search(r"\b\d{12}\b|\b[a-z]{2}-[a-z]+-\d\b", text)], stack
