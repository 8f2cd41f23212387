"""`make demo RUNNER=container` builds the real image from the Dockerfile and runs every child in it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from local.paths import DEMO_CLIPS, ROOT
from standin.execution.container_engine import find_engine


@pytest.mark.skipif(find_engine() is None, reason="no container engine answers here: neither docker nor podman")
def test_the_image_transcribes_as_the_environment_does(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "demo"],
        cwd=ROOT,
        env={**os.environ, "RUNNER": "container", "OUT": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    texts = json.loads((DEMO_CLIPS / "transcripts.json").read_text())
    for clip, text in texts.items():
        assert (tmp_path / "output" / Path(clip).stem).read_text() == f"{text}\n"
