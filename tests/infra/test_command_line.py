"""The command `cdk synth`. The fixture `default` comes from the same command."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from infra.paths import ROOT
from tests.infra.conftest import COMMAND_LINE, synthesize
from tests.support.infra.synthesized_stacks import SynthesizedStacks


def test_cdk_synth_writes_all_stacks_in_the_order_of_their_deployment(default: SynthesizedStacks) -> None:
    manifest = json.loads((default.folder / "manifest.json").read_text())
    stacks = {
        name: {dependency.removesuffix(".assets") for dependency in artifact.get("dependencies", [])}
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    assert stacks.keys() == {"transcription-storage", "transcription-batch", "transcription-airflow"}
    assert "transcription-storage" in stacks["transcription-batch"]
    assert {"transcription-storage", "transcription-batch"} <= stacks["transcription-airflow"]


def test_a_wrong_setting_is_reported_in_one_line(tmp_path: Path) -> None:
    process = synthesize(tmp_path, "-c", "memory=12")
    assert process.returncode != 0
    assert "[CONTEXT_INVALID] memory is 12; it must be from 1,024 to 30,000." in process.stderr
    assert "Traceback" not in process.stderr


def test_the_command_line_is_the_pinned_one_and_names_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    pinned_version = json.loads((ROOT / "package.json").read_text())["devDependencies"]["aws-cdk"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", pinned_version)
    installed = json.loads((COMMAND_LINE.resolve().parents[1] / "package.json").read_text())
    assert installed["version"] == pinned_version
    assert "integrity" in lock
    assert "resolved" not in lock


@pytest.mark.parametrize("target", ["preflight", "deploy", "smoke"])
def test_a_deployment_needs_no_environment_of_deepspeech(target: str) -> None:
    """DeepSpeech needs Python 3.9, which only the image has."""
    changed = ("locks/transcriber.txt", "locks/airflow.txt")
    command = ["make", "--dry-run", *(f"--what-if={file}" for file in changed), target]
    steps = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "--python 3.12 .local/venvs/airflow" in steps
    assert "venvs/transcriber" not in steps
