"""The table of alarms in infra/README.md, the runtimes of Lambda functions, and the pinned requirements."""

from __future__ import annotations

import re

from infra.paths import ROOT
from tests.support.infra.synthesized_stacks import SynthesizedStacks


def test_the_readme_lists_every_alarm(other: SynthesizedStacks) -> None:
    text = (ROOT / "infra" / "README.md").read_text()
    alarms = [*other.resources("AWS::CloudWatch::Alarm"), *other.resources("AWS::Events::Rule")]
    names = {re.sub(r"[0-9A-F]{8}$", "", logical_id.removeprefix("Alarms")) for logical_id in alarms}
    assert names == set(re.findall(r"^\| `([A-Z]\w+)` \|", text, re.MULTILINE))


def test_no_function_runs_on_a_retired_runtime(deployment: SynthesizedStacks) -> None:
    # Source: AWS Lambda Developer Guide, "Runtimes". The CDK adds both functions.
    runtimes = {
        str(function["Properties"]["Runtime"]) for function in deployment.resources("AWS::Lambda::Function").values()
    }
    assert runtimes <= {"python3.13", "python3.14", "nodejs22.x", "nodejs24.x"}


def test_every_requirement_is_pinned_with_its_digest() -> None:
    for name in ("infra.txt", "checkov.txt"):
        lock = (ROOT / "locks" / name).read_text()
        pins = re.findall(r"^[a-z0-9][\w.\-\[\]]*==", lock, re.MULTILINE)
        assert len(pins) > 30
        assert lock.count("--hash=sha256:") >= len(pins)
        assert "://" not in lock
