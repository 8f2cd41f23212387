"""The findings of ECR's basic scan of an image, and those that are settled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.image_scan.deployed_image import DeployedImage

#: The settled findings: the name of each, such as `CVE-2023-45853`, with the reason why it is no risk here.
SETTLED = Path(__file__).with_name("settled_findings.json")
#: The severities that need a decision, the worst first.
SEVERITIES = ("CRITICAL", "HIGH")


@dataclass(frozen=True)
class Finding:
    """A known vulnerability of a package in an image."""

    name: str
    severity: str
    #: The package with its version.
    package: str
    #: The page that describes the vulnerability.
    uri: str


def scan_image(client: Callable[[str], Any], image: DeployedImage) -> list[Finding]:
    """Let ECR scan an image, and return the findings of the severities that need a decision, the worst first.

    ECR scans an image once in 24 hours at most; if it has done so, the findings of that scan are returned.

    Raises:
        ClientError: ECR has no such image, or the credentials do not allow the calls.
        WaiterError: The scan failed, or took longer than five minutes.
    """
    ecr = client("ecr")
    name = {"repositoryName": image.repository, "imageId": {"imageTag": image.tag}}
    try:
        ecr.start_image_scan(**name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "LimitExceededException":
            raise
    ecr.get_waiter("image_scan_complete").wait(**name)
    pages = ecr.get_paginator("describe_image_scan_findings").paginate(**name)
    entries = [entry for page in pages for entry in page["imageScanFindings"].get("findings", [])]
    findings = [_finding(entry) for entry in entries if entry.get("severity") in SEVERITIES]
    return sorted(findings, key=lambda finding: (SEVERITIES.index(finding.severity), finding.name))


def read_settled(file: Path = SETTLED) -> Mapping[str, str]:
    """Return the reasons of the settled findings, by their names."""
    return dict(json.loads(file.read_text()))


def unsettled(findings: list[Finding], settled: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the findings that are not settled."""
    return (finding for finding in findings if finding.name not in settled)


def _finding(entry: Mapping[str, Any]) -> Finding:
    attributes = {attribute["key"]: attribute.get("value", "") for attribute in entry.get("attributes", [])}
    package = f"{attributes.get('package_name', '?')} {attributes.get('package_version', '')}".strip()
    return Finding(entry["name"], entry["severity"], package, entry.get("uri", ""))
