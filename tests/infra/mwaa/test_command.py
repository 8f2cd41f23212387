"""The command `python -m infra.mwaa`: `make deploy` and the rehearsal run it before they create anything."""

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
    """Return a function that runs the command with the given arguments."""

    def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "infra.mwaa", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )

    return command


@pytest.fixture
def assembly(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a folder like that of `cdk synth`, with one MWAA environment."""

    def make(**properties: Any) -> Path:
        stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "airflow.template.json"}}
        (tmp_path / "manifest.json").write_text(
            json.dumps({"artifacts": {"airflow": stack, "tree": {"type": "cdk:tree"}}})
        )
        environment = {"Name": "speech", "AirflowVersion": "3.2.1", "EnvironmentClass": "mw1.micro", **properties}
        resource = {"Type": "AWS::MWAA::Environment", "Properties": environment}
        (tmp_path / "airflow.template.json").write_text(json.dumps({"Resources": {"Environment": resource}}))
        stale_template = {"Resources": {"Old": {"Type": "AWS::MWAA::Environment", "Properties": {"Name": "1"}}}}
        (tmp_path / "old.template.json").write_text(json.dumps(stale_template))
        return tmp_path

    return make


def test_the_files_of_the_repository_pass_every_check(run: Run) -> None:
    process = run()
    assert (process.returncode, process.stderr) == (0, "")
    assert "Airflow 3.2.1, mw1.micro" in process.stdout


def test_a_conflict_between_requirements_fails_with_its_error_code(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text((ROOT / "requirements.txt").read_text() + "boto3==1.34.0\n")
    process = run("requirements", "--requirements", file)
    assert process.returncode == 1
    assert "[REQUIREMENT_CONFLICT]" in process.stderr


def test_each_broken_rule_is_reported_on_its_own_line(run: Run, assembly: Callable[..., Path]) -> None:
    process = run("environment", "--templates", assembly(Name="1st", MaxWorkers=2))
    assert process.returncode == 1
    assert [line.partition("]")[0] for line in process.stderr.splitlines()] == ["[NAME_INVALID", "[COUNT_INVALID"]


def test_the_airflow_version_is_read_from_the_templates(run: Run, assembly: Callable[..., Path]) -> None:
    """The option `-c airflow_version=…` changes the templates, but not cdk.json."""
    templates = assembly(AirflowVersion="3.0.6", RequirementsS3Path="requirements.txt")
    process = run("requirements", "--templates", templates)
    assert "[CONSTRAINT_OTHER]" in process.stderr


def test_a_deployment_without_requirements_passes_the_check_of_requirements(
    run: Run, assembly: Callable[..., Path]
) -> None:
    assert run("requirements", "--templates", assembly(AirflowVersion="3.0.6")).returncode == 0


def test_missing_templates_fail_the_command(run: Run, tmp_path: Path) -> None:
    process = run("--templates", tmp_path)
    assert process.returncode == 1
    assert "make synth" in process.stderr


def test_an_unknown_check_fails_the_command(run: Run) -> None:
    process = run("requirement")
    assert process.returncode == 2
    assert "requirements" in process.stderr


def test_make_deploy_checks_the_rules_before_it_deploys() -> None:
    process = subprocess.run(["make", "--dry-run", "deploy"], cwd=ROOT, capture_output=True, text=True, check=True)
    commands = [line for line in process.stdout.splitlines() if "cdk " in line or "infra.mwaa" in line]
    synth, check, deploy = commands[-3:]
    assert "cdk synth" in synth
    assert check.endswith("-m infra.mwaa --templates cdk.out")
    assert "cdk deploy --all --app cdk.out" in deploy
