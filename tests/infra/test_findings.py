"""What cfn-lint, cdk-nag and checkov find: nothing that is not settled beside the resource, with a reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_sns as sns
from cdk_nag import AwsSolutionsChecks

from infra.accepted_findings import accept_findings
from infra.paths import ROOT
from tests.support.infra.synthesized_stacks import SynthesizedStacks

CHECKOV = ROOT / ".local" / "venvs" / "checkov" / "bin" / "checkov"


def cfn_lint(*files: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "cfn-lint"
    return subprocess.run([program, *files], capture_output=True, text=True, check=False)


def checkov(folder: Path) -> dict[str, Any]:
    arguments = ["--framework", "cloudformation", "--skip-download", "--output", "json"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        [CHECKOV, "--directory", folder, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_cfn_lint_finds_nothing_but_what_is_broken_on_purpose(
    default: SynthesizedStacks, other: SynthesizedStacks, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.template.json"
    broken.write_text('{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicNam": "a"}}}}')
    ours = [file for deployment in (default, other) for file in deployment.folder.glob("*.template.json")]
    assert len(ours) == 6
    found = cfn_lint(broken, *ours).stdout.split("\n\n")
    assert [finding for finding in found if "broken.template.json" not in finding and finding.strip()] == []
    assert found[0].startswith("E3002")


def test_checkov_finds_nothing_that_is_not_settled(
    default: SynthesizedStacks, other: SynthesizedStacks, tmp_path: Path
) -> None:
    for deployment in (default, other):  # in one go: it takes long to start
        for file in deployment.folder.glob("*.template.json"):
            copy(file, tmp_path)
    found = checkov(tmp_path)
    failed = [(check["check_id"], check["resource"]) for check in found["results"]["failed_checks"]]
    assert failed == []
    assert found["summary"]["passed"] > 200
    assert found["summary"]["parsing_errors"] == 0


def test_every_settled_finding_has_a_reason_that_says_something(deployment: SynthesizedStacks) -> None:
    for _, logical_id, resource in deployment.everything():
        for skipped in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
            assert len(skipped["comment"].split()) > 2, (logical_id, skipped)


class Topic(Stack):
    """What cdk-nag has something against."""

    def __init__(self, app: App) -> None:
        super().__init__(app, "stack")
        self.topic = sns.Topic(self, "Topic")


def synthesize(folder: Path, *, settled: bool) -> None:
    app = App(outdir=str(folder))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    stack = Topic(app)
    if settled:
        accept_findings(stack.topic, {"AwsSolutions-SNS3": "Nobody sends anything to it."})
    app.synth()


def test_a_finding_of_cdk_nag_ends_the_synthesis(tmp_path: Path) -> None:
    # So every other test here, and every deployment, has none that is not settled.
    assert "AwsSolutionsChecks(app)" in (ROOT / "infra" / "app.py").read_text()
    with pytest.raises(RuntimeError, match="AwsSolutions-SNS3"):
        synthesize(tmp_path, settled=False)
    assert "AwsSolutions-SNS3" in (tmp_path / "validation-report.json").read_text()
    synthesize(tmp_path / "settled", settled=True)
