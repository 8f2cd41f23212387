"""`python -m infra.mwaa`: what `make deploy` and the rehearsal run before anything is created."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.paths import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run() -> Run:
    def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "infra.mwaa", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )

    return command


@pytest.fixture
def assembly(tmp_path: Path) -> Callable[..., Path]:
    """A folder as `cdk synth` writes it, with one MWAA environment."""

    def make(**properties: Any) -> Path:
        stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "airflow.template.json"}}
        (tmp_path / "manifest.json").write_text(
            json.dumps({"artifacts": {"airflow": stack, "tree": {"type": "cdk:tree"}}})
        )
        whole = {"Name": "speech", "AirflowVersion": "3.2.1", "EnvironmentClass": "mw1.micro", **properties}
        resource = {"Type": "AWS::MWAA::Environment", "Properties": whole}
        (tmp_path / "airflow.template.json").write_text(json.dumps({"Resources": {"Environment": resource}}))
        left_over = {"Resources": {"Old": {"Type": "AWS::MWAA::Environment", "Properties": {"Name": "1"}}}}
        (tmp_path / "old.template.json").write_text(json.dumps(left_over))
        return tmp_path

    return make


def test_what_is_in_the_repository_passes(run: Run) -> None:
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert "Airflow 3.2.1, mw1.micro" in done.stdout


def test_a_conflict_ends_it_with_its_message(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text((ROOT / "requirements.txt").read_text() + "boto3==1.34.0\n")
    done = run("requirements", "--requirements", file)
    assert done.returncode == 1
    assert "[REQUIREMENT_CONFLICT]" in done.stderr


def test_each_broken_rule_has_its_own_message(run: Run, assembly: Callable[..., Path]) -> None:
    done = run("environment", "--templates", assembly(Name="1st", MaxWorkers=2))
    assert done.returncode == 1
    assert [line.partition("]")[0] for line in done.stderr.splitlines()] == ["[NAME_INVALID", "[COUNT_INVALID"]


def test_the_version_is_the_one_that_is_deployed(run: Run, assembly: Callable[..., Path]) -> None:
    """`-c airflow_version=…` reaches the templates, not cdk.json."""
    templates = assembly(AirflowVersion="3.0.6", RequirementsS3Path="requirements.txt")
    done = run("requirements", "--templates", templates)
    assert "[CONSTRAINT_OTHER]" in done.stderr


def test_a_deployment_without_requirements_is_not_asked_for_them(run: Run, assembly: Callable[..., Path]) -> None:
    assert run("requirements", "--templates", assembly(AirflowVersion="3.0.6")).returncode == 0


def test_templates_that_were_never_written_are_no_success(run: Run, tmp_path: Path) -> None:
    done = run("--templates", tmp_path)
    assert done.returncode == 1
    assert "make synth" in done.stderr


def test_a_check_that_does_not_exist_is_no_success(run: Run) -> None:
    done = run("requirement")
    assert done.returncode == 2
    assert "requirements" in done.stderr


def test_nothing_is_deployed_before_the_rules_were_asked() -> None:
    done = subprocess.run(["make", "--dry-run", "deploy"], cwd=ROOT, capture_output=True, text=True, check=True)
    commands = [line for line in done.stdout.splitlines() if "cdk " in line or "infra.mwaa" in line]
    synth, rules, deploy = commands[-3:]
    assert "cdk synth" in synth
    assert rules.endswith("-m infra.mwaa --templates cdk.out")
    assert "cdk deploy --all --app cdk.out" in deploy
