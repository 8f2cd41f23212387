"""A damaged model file gives an error that names the file, or a graph whose parts fit together; no crash, no hang."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.transcriber.graph_seeds import seeds

ROOT = Path(__file__).resolve().parents[3]
SEEDS = seeds()
#: Time limit for all mutants of a seed. The child ends itself much earlier if a single mutant hangs.
SECONDS = 300


@pytest.mark.parametrize("name", SEEDS)
def test_no_damage_to_a_model_crashes_hangs_or_takes_much_memory(name: str, tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "tests.support.transcriber.graph_fuzz", name, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "dags", ROOT / "transcriber_image")))},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    current = tmp_path / "current"
    assert child.returncode == 0, f"died at: {current.read_text() if current.exists() else 'the start'}\n{child.stderr}"
    report = json.loads(child.stdout)
    assert report["failures"] == []
    assert sum(report["counts"].values()) > 8 * SEEDS[name].count
    # There are enough mutants of each outcome: both errors, and graphs that can be read in spite of the damage.
    assert report["counts"]["MODEL_INVALID"] > 80
    assert report["counts"]["GRAPH_UNSUPPORTED"] > 20
    assert report["counts"]["graph"] > 40
