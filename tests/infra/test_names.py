"""Names and partitions: any number of deployments, anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from infra.paths import ROOT
from tests.support.infra.templates import Deployment

#: Properties by which resources are known in an account and region.
NAMES = re.compile(r"(?:Name|\w+Name|Alias\w*)")
#: Others that are called so: an inline policy's name is its role's affair, the rest name what something else is.
NOT_OWN = {
    *(
        ("AWS::IAM::Policy", "PolicyName"),
        ("AWS::EC2::VPCEndpoint", "ServiceName"),
        ("AWS::EC2::FlowLog", "LogGroupName"),
    ),
    *(("AWS::CloudWatch::Alarm", "MetricName"), ("Custom::CDKBucketDeployment", "DestinationBucketName")),
    *(("Custom::S3AutoDeleteObjects", "BucketName"),),
}
#: What AWS, not CloudFormation, has to be told by name: MWAA, and its log groups; and the job definition, whose every
#: new revision would otherwise have to be made known to Airflow.
NAMED = {"AWS::MWAA::Environment", "AWS::Logs::LogGroup", "AWS::Batch::JobDefinition"}


def names(deployment: Deployment) -> set[tuple[str, str]]:
    """Type and name of each resource that is not named by CloudFormation."""
    found: set[tuple[str, str]] = set()
    for _, _, resource in deployment.everything():
        kind, properties = resource["Type"], resource.get("Properties", {})
        for key, value in properties.items():
            if NAMES.fullmatch(key) and (kind, key) not in NOT_OWN:
                found.add((kind, json.dumps(value)))
    return found


def exports(deployment: Deployment) -> set[str]:
    outputs = (output for template in deployment.templates.values() for output in template["Outputs"].values())
    return {json.dumps(output["Export"]["Name"]) for output in outputs if "Export" in output}


def test_two_deployments_share_no_name(default: Deployment, other: Deployment) -> None:
    for found in (names, exports):
        assert found(default)
        assert not found(default) & found(other)


def test_only_what_aws_wants_named_is_named(each: Deployment) -> None:
    found = names(each)
    assert {kind for kind, _ in found} == NAMED
    assert all(f'"{each.name}' in name or f'"airflow-{each.name}-' in name for _, name in found)


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, each in value.items():
                yield from (*strings(key), *strings(each))
        case list():
            for each in value:
                yield from strings(each)


def test_it_can_be_deployed_in_any_partition(each: Deployment) -> None:
    for stack, template in each.templates.items():
        fixed = [text for text in strings(template) if re.search(r"arn:aws[\w-]*:|\.amazonaws\.com\b", text)]
        # Principals are called so everywhere; the names of endpoint services begin so.
        services = [text for text in fixed if re.fullmatch(r"[a-z0-9-]+\.amazonaws\.com", text)]
        assert fixed == services, stack
    for file in (ROOT / "infra").rglob("*.py"):
        assert "arn:aws" not in file.read_text(), file


def test_it_can_be_deployed_in_any_account_and_region(each: Deployment) -> None:
    for stack, template in each.templates.items():
        deployed = [template["Resources"], template["Outputs"]]  # mappings have a row for each region
        assert not [text for text in strings(deployed) if re.search(r"\b\d{12}\b|\b[a-z]{2}-[a-z]+-\d\b", text)], stack
