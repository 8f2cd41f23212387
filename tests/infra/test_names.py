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
#: Exceptions to this pattern: an inline policy belongs to its role, the other properties name another resource.
NOT_OWN = {
    *(
        ("AWS::IAM::Policy", "PolicyName"),
        ("AWS::EC2::VPCEndpoint", "ServiceName"),
        ("AWS::EC2::FlowLog", "LogGroupName"),
    ),
    *(("AWS::CloudWatch::Alarm", "MetricName"), ("Custom::CDKBucketDeployment", "DestinationBucketName")),
    *(("Custom::S3AutoDeleteObjects", "BucketName"),),
}
#: Types that need an explicit name. MWAA requires one, and chooses the names of its log groups. The name of the job
#: definition is the same for all revisions, so that Airflow's options stay valid.
NAMED = {"AWS::MWAA::Environment", "AWS::Logs::LogGroup", "AWS::Batch::JobDefinition"}
#: The queue of uploads. No stack may import it, so that it can be deleted when the setting is switched off.
OPTIONALLY_NAMED = {"AWS::SQS::Queue"}


def names(deployment: SynthesizedStacks) -> set[tuple[str, str]]:
    """Return the type and the name of each resource with an explicit name."""
    named: set[tuple[str, str]] = set()
    for _, _, resource in deployment.all_resources():
        kind, properties = resource["Type"], resource.get("Properties", {})
        for key, value in properties.items():
            if NAMES.fullmatch(key) and (kind, key) not in NOT_OWN:
                named.add((kind, json.dumps(value)))
    return named


def exports(deployment: SynthesizedStacks) -> set[str]:
    """Return the names of the exported outputs."""
    outputs = (output for template in deployment.templates.values() for output in template["Outputs"].values())
    return {json.dumps(output["Export"]["Name"]) for output in outputs if "Export" in output}


def test_two_deployments_share_no_name(default: SynthesizedStacks, other: SynthesizedStacks) -> None:
    for names_of in (names, exports):
        assert names_of(default)
        assert not names_of(default) & names_of(other)


def test_only_resources_that_need_a_name_have_one(deployment: SynthesizedStacks) -> None:
    named = names(deployment)
    assert {kind for kind, _ in named} - OPTIONALLY_NAMED == NAMED
    assert all(f'"{deployment.name}' in name or f'"airflow-{deployment.name}-' in name for _, name in named)


def strings(value: Any) -> Iterator[str]:
    """Yield all strings in a value, with the keys of its dictionaries."""
    match value:
        case str():
            yield value
        case dict():
            for key, content in value.items():
                yield from (*strings(key), *strings(content))
        case list():
            for element in value:
                yield from strings(element)


def test_templates_name_no_partition(deployment: SynthesizedStacks) -> None:
    for stack, template in deployment.templates.items():
        partition_names = [text for text in strings(template) if re.search(r"arn:aws[\w-]*:|\.amazonaws\.com\b", text)]
        # Service principals have the same name in every partition.
        services = [text for text in partition_names if re.fullmatch(r"[a-z0-9-]+\.amazonaws\.com", text)]
        assert partition_names == services, stack
    for file in (ROOT / "infra").rglob("*.py"):
        assert "arn:aws" not in file.read_text(), file


def test_templates_name_no_account_and_no_region(deployment: SynthesizedStacks) -> None:
    for stack, template in deployment.templates.items():
        # The mappings are left out, because they have a row for each region.
        deployed = [template["Resources"], template["Outputs"]]
        assert not [text for text in strings(deployed) if re.search(r"\b\d{12}\b|\b[a-z]{2}-[a-z]+-\d\b", text)], stack
