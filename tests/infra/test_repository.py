"""What people type from the READMEs, and what they would rather not find in the templates."""

from __future__ import annotations

import re

import pytest

from infra.paths import ROOT
from tests.support.infra.templates import Deployment

READMES = (ROOT / "README.md", ROOT / "infra" / "README.md", ROOT / "docs" / "deploying.md")


def test_no_readme_clones_another_repository() -> None:
    for file in READMES:
        assert "git clone" not in file.read_text()


@pytest.mark.parametrize("file", READMES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_make_command_that_a_readme_names_exists(file: object) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", getattr(file, "read_text")(), re.MULTILINE))  # noqa: B009
    assert named
    assert named <= targets


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
