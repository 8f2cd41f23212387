"""The program behind `make scan`: `python -m infra.image_scan --templates cdk.out`.

It lets ECR scan the deployed images for known vulnerabilities, and prints those that are not settled.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.aws_clients import make_clients
from infra.cloud_assembly import CloudAssembly
from infra.errors import DeploymentError
from infra.image_scan.deployed_image import DeployedImage, find_images
from infra.image_scan.findings import SETTLED, read_settled, scan_image, unsettled
from infra.paths import ROOT
from infra.preflight.planned_deployment import read_deployment


def main() -> int:
    """Scan the deployed images, and print each finding that is not settled.

    Returns:
        The exit code: 1 if a finding is not settled or the scan was not possible, otherwise 0.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.image_scan", description=__doc__)
    parser.add_argument("--templates", type=Path, default=Path("cdk.out"), metavar="FOLDER", help="of `cdk synth`")
    try:
        return _scan(parser.parse_args().templates)
    except (DeploymentError, ClientError, BotoCoreError) as error:
        print(f"The images were not scanned: {error}", file=sys.stderr)
        return 1


def _scan(templates: Path) -> int:
    session = boto3.Session(region_name=read_deployment(templates).region or None)
    client = make_clients(session)
    account = client("sts").get_caller_identity()["Account"]
    images = find_images(CloudAssembly(templates), account, session.region_name)
    count = sum(_scan_image(client, image) for image in images)
    if count:
        print(
            "Build the image again: make deploy CDKFLAGS='-c patched=…'. Where Debian has no fix yet, decide whether "
            f"the container uses the package, and write the reason into {SETTLED.relative_to(ROOT)}.",
            file=sys.stderr,
        )
    return 1 if count else 0


def _scan_image(client: Callable[[str], Any], image: DeployedImage) -> int:
    """Scan an image, print its findings that are not settled, and return their number."""
    findings = scan_image(client, image)
    open_findings = list(unsettled(findings, read_settled()))
    for finding in open_findings:
        print(f"{finding.severity:8} {finding.name} {finding.package} {finding.uri}")
    print(f"{image.repository}:{image.tag[:12]}: {len(findings)} findings, {len(open_findings)} of them not settled")
    return len(open_findings)


if __name__ == "__main__":
    sys.exit(main())
