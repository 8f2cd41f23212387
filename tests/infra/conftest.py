"""Fixtures of the CDK app's tests: the templates of two deployments, with default and with other settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: The CDK library starts Node when it is imported. Use the Node of this environment.
os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

from infra.app import make_app
from infra.paths import ROOT
from tests.support.infra.synthesized_stacks import SynthesizedStacks

COMMAND_LINE = ROOT / ".local" / "cdk" / "node_modules" / ".bin" / "cdk"
#: A value other than the default for every setting that changes the templates.
OTHER_SETTINGS = {
    "name": "other",
    "retain_audio": "false",
    "processed_days": "30",
    "network": "endpoints",
    "image_model": "demo",
    "webserver_access": "private",
    "alert_mail": "somebody@example.org",
    "machine_families": "c7i, r7a",
    "vcpus": "4",
    "memory": "7168",
    "spot_vcpus": "64",
    "log_days": "30",
    "transcribe_on_upload": "true",
    "transcription": '{"audio_minutes_per_child": "30"}',
}


#: An existing MWAA environment with its bucket, and an existing network.
OWN_AIRFLOW = {
    "name": "own",
    "airflow": "existing",
    "airflow_environment": "team",
    "dag_bucket": "bucket-of-the-team",
    "vpc_id": "vpc-0a1b2c3d",
    "subnet_ids": "subnet-1a2b3c4d,subnet-5e6f7a8b",
    "image_model": "demo",
    "transcribe_on_upload": "true",
}


def synthesize(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command `cdk synth`, without the AWS and CDK variables of this environment.

    Args:
        folder: Receives the templates.
        arguments: Further arguments of the command.

    Returns:
        The ended process, with its exit code and its output.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    command = [str(COMMAND_LINE), "synth", "--quiet", "--output", str(folder), *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def default(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStacks:
    """Synthesize the deployment with default settings on the command line, and return its stacks."""
    folder = tmp_path_factory.mktemp("default")
    process = synthesize(folder)
    assert process.returncode == 0, process.stderr
    return SynthesizedStacks.load(folder, "transcription")


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStacks:
    """Synthesize the deployment with `OTHER_SETTINGS` in this process, and return its stacks."""
    folder = tmp_path_factory.mktemp("other")
    make_app(OTHER_SETTINGS, str(folder)).synth()
    return SynthesizedStacks.load(folder, "other")


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStacks:
    """Synthesize the deployment with `OWN_AIRFLOW` in this process, and return its stacks."""
    folder = tmp_path_factory.mktemp("own")
    make_app(OWN_AIRFLOW, str(folder)).synth()
    return SynthesizedStacks.load(folder, "own")


@pytest.fixture(scope="session")
def teaching(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStacks:
    """Synthesize a deployment that teaches models in this process, and return its stacks."""
    folder = tmp_path_factory.mktemp("teaching")
    make_app({"name": "teaching", "teaching": "true", "image_model": "demo"}, str(folder)).synth()
    return SynthesizedStacks.load(folder, "teaching")


@pytest.fixture(scope="session", params=["default", "other"])
def deployment(request: pytest.FixtureRequest) -> SynthesizedStacks:
    """Return the deployment with the default settings, then the one with other settings: a test runs once for each."""
    stacks: SynthesizedStacks = request.getfixturevalue(request.param)
    return stacks
