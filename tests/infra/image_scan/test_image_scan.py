"""`make scan`: ECR's findings about the deployed image, without those that are settled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from infra.cloud_assembly import CloudAssembly
from infra.image_scan import findings as image_findings
from infra.image_scan.deployed_image import DeployedImage, find_images
from infra.image_scan.findings import Finding, read_settled, scan_image, unsettled
from tests.support.infra.synthesized_stacks import SynthesizedStacks

IMAGE = DeployedImage("assets", "abc")
NAME = {"repositoryName": "assets", "imageId": {"imageTag": "abc"}}


@pytest.fixture
def ecr() -> Iterator[tuple[Any, Stubber]]:
    """A client of ECR with the stubber of its answers."""
    session: Any = boto3.Session("made", "up", region_name="us-east-1")
    client = session.client("ecr")
    with ExitStack() as stack:
        yield client, stack.enter_context(Stubber(client))


def entry(name: str, severity: str) -> dict[str, Any]:
    """Return a finding as ECR describes it."""
    attributes = [{"key": "package_name", "value": "zlib"}, {"key": "package_version", "value": "1:1.2.13"}]
    return {"name": name, "severity": severity, "uri": f"https://example.org/{name}", "attributes": attributes}


def answer(stubber: Stubber, *entries: dict[str, Any]) -> None:
    """Answer that the scan is complete, to the waiter and then to the reader of the findings."""
    status = {"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {"findings": list(entries)}}
    for _ in range(2):
        stubber.add_response("describe_image_scan_findings", status, NAME)


@pytest.mark.parametrize(("name", "count"), [("default", 1), ("teaching", 2)])
def test_the_images_are_those_of_the_job_definitions(request: pytest.FixtureRequest, name: str, count: int) -> None:
    stacks: SynthesizedStacks = request.getfixturevalue(name)
    images = find_images(CloudAssembly(stacks.folder), "111122223333", "eu-west-1")
    assert {image.repository for image in images} == {"cdk-hnb659fds-container-assets-111122223333-eu-west-1"}
    assets = json.loads((stacks.folder / f"{stacks.name}-batch.assets.json").read_text())["dockerImages"]
    assert {image.tag for image in images} == assets.keys()
    assert len(images) == count


def test_severe_findings_are_returned_the_worst_first(ecr: tuple[Any, Stubber]) -> None:
    client, stubber = ecr
    stubber.add_response("start_image_scan", {}, NAME)
    answer(stubber, entry("CVE-2", "HIGH"), entry("CVE-3", "LOW"), entry("CVE-1", "CRITICAL"))
    assert scan_image(lambda _: client, IMAGE) == [
        Finding("CVE-1", "CRITICAL", "zlib 1:1.2.13", "https://example.org/CVE-1"),
        Finding("CVE-2", "HIGH", "zlib 1:1.2.13", "https://example.org/CVE-2"),
    ]


def test_an_image_that_was_scanned_today_has_the_findings_of_that_scan(ecr: tuple[Any, Stubber]) -> None:
    client, stubber = ecr
    stubber.add_client_error("start_image_scan", "LimitExceededException")
    answer(stubber, entry("CVE-1", "CRITICAL"))
    assert [finding.name for finding in scan_image(lambda _: client, IMAGE)] == ["CVE-1"]


def test_an_image_that_was_not_deployed_is_an_error(ecr: tuple[Any, Stubber]) -> None:
    client, stubber = ecr
    stubber.add_client_error("start_image_scan", "ImageNotFoundException")
    with pytest.raises(ClientError, match="ImageNotFoundException"):
        scan_image(lambda _: client, IMAGE)


def test_settled_findings_are_left_out() -> None:
    findings = [Finding(name, "HIGH", "zlib", "") for name in ("CVE-1", "CVE-2")]
    assert [finding.name for finding in unsettled(findings, {"CVE-1": "nothing calls it"})] == ["CVE-2"]


def test_every_settled_finding_has_a_reason() -> None:
    settled = read_settled(image_findings.SETTLED)
    assert all(len(reason.split()) > 2 for reason in settled.values())
