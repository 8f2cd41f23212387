"""Findings of cfn-lint, cdk-nag and checkov: each is accepted beside its resource with a reason, or fails a test."""

from __future__ import annotations

from pathlib import Path
from shutil import copy

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_sns as sns
from cdk_nag import AwsSolutionsChecks

from infra.accepted_findings import accept_findings
from infra.paths import ROOT
from tests.support.infra.linters import cfn_lint, checkov
from tests.support.infra.synthesized_stacks import SynthesizedStacks


def test_cfn_lint_reports_only_the_template_with_a_deliberate_error(
    default: SynthesizedStacks, other: SynthesizedStacks, own: SynthesizedStacks, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.template.json"
    broken.write_text('{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicNam": "a"}}}}')
    templates = [file for deployment in (default, other, own) for file in deployment.folder.glob("*.template.json")]
    assert len(templates) == 9
    findings = cfn_lint(broken, *templates).stdout.split("\n\n")
    assert [finding for finding in findings if "broken.template.json" not in finding and finding.strip()] == []
    assert findings[0].startswith("E3002")


def test_checkov_reports_only_accepted_findings(
    default: SynthesizedStacks, other: SynthesizedStacks, own: SynthesizedStacks, tmp_path: Path
) -> None:
    for deployment in (default, other, own):  # one run for all, because checkov starts slowly
        for file in deployment.folder.glob("*.template.json"):
            copy(file, tmp_path)
    report = checkov(tmp_path)
    failed = [(check["check_id"], check["resource"]) for check in report["results"]["failed_checks"]]
    assert failed == []
    assert report["summary"]["passed"] > 200
    assert report["summary"]["parsing_errors"] == 0


def test_every_accepted_finding_has_a_reason(deployment: SynthesizedStacks) -> None:
    for _, logical_id, resource in deployment.all_resources():
        for finding in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
            assert len(finding["comment"].split()) > 2, (logical_id, finding)


class TopicStack(Stack):
    """A stack with a topic that breaks a rule of cdk-nag."""

    def __init__(self, app: App) -> None:
        super().__init__(app, "stack")
        self.topic = sns.Topic(self, "Topic")


def synthesize(folder: Path, *, accepted: bool) -> None:
    """Synthesize the stack with cdk-nag's checks, with or without accepting its finding."""
    app = App(outdir=str(folder))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    stack = TopicStack(app)
    if accepted:
        accept_findings(stack.topic, {"AwsSolutions-SNS3": "Nobody sends anything to it."})
    app.synth()


def test_a_finding_of_cdk_nag_ends_the_synthesis(tmp_path: Path) -> None:
    # Every synthesis runs cdk-nag, so no deployment has a finding that is not accepted.
    assert "AwsSolutionsChecks(app)" in (ROOT / "infra" / "app.py").read_text()
    with pytest.raises(RuntimeError, match="AwsSolutions-SNS3"):
        synthesize(tmp_path, accepted=False)
    assert "AwsSolutions-SNS3" in (tmp_path / "validation-report.json").read_text()
    synthesize(tmp_path / "accepted", accepted=True)
