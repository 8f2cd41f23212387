"""The table of alarms in the README of infra/, the runtimes of functions, and the pins of the environments."""

from __future__ import annotations

import re

from infra.paths import ROOT
from tests.support.infra.templates import Deployment


def test_the_readme_tells_of_every_alarm(default: Deployment) -> None:
    text = (ROOT / "infra" / "README.md").read_text()
    alarms = [*default.resources("AWS::CloudWatch::Alarm"), *default.resources("AWS::Events::Rule")]
    names = {re.sub(r"[0-9A-F]{8}$", "", each.removeprefix("Alarms")) for each in alarms}
    assert names == set(re.findall(r"^\| `([A-Z]\w+)` \|", text, re.MULTILINE))


def test_no_function_runs_on_a_retired_runtime(each: Deployment) -> None:
    # Source: AWS Lambda Developer Guide, "Runtimes". Both are the CDK's own.
    runtimes = {str(found["Properties"]["Runtime"]) for found in each.resources("AWS::Lambda::Function").values()}
    assert runtimes <= {"python3.13", "python3.14", "nodejs22.x", "nodejs24.x"}


def test_everything_is_pinned_with_its_digest() -> None:
    for name in ("infra.txt", "checkov.txt"):
        lines = (ROOT / "locks" / name).read_text()
        pins = re.findall(r"^[a-z0-9][\w.\-\[\]]*==", lines, re.MULTILINE)
        assert len(pins) > 30
        assert lines.count("--hash=sha256:") >= len(pins)
        assert "://" not in lines
