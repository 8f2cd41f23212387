"""Two deployments, synthesized once: the default one by the CDK's command line, and another as unlike it as can be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: The library starts Node as soon as it is imported: the one that is installed beside it.
os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

from infra.app import make_app
from infra.paths import ROOT
from tests.support.infra.templates import Deployment

COMMAND_LINE = ROOT / ".local" / "cdk" / "node_modules" / ".bin" / "cdk"
#: Every setting that changes what is deployed, other than it is by default.
OTHER = {
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
    "transcription": '{"audio_minutes_per_child": "30"}',
}


def synthesize(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`cdk synth`, as people run it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    command = [str(COMMAND_LINE), "synth", "--quiet", "--output", str(folder), *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def default(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    folder = tmp_path_factory.mktemp("default")
    done = synthesize(folder)
    assert done.returncode == 0, done.stderr
    return Deployment.load(folder, "transcription")


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    folder = tmp_path_factory.mktemp("other")
    make_app(OTHER, str(folder)).synth()
    return Deployment.load(folder, "other")


@pytest.fixture(scope="session", params=["default", "other"])
def each(request: pytest.FixtureRequest) -> Deployment:
    """One deployment after the other."""
    found: Deployment = request.getfixturevalue(request.param)
    return found
