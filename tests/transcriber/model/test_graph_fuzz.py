"""Any damage to a model file ends in a coded error that names it, or in a graph whose parts fit: no crash, no hang."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.transcriber.graph_mutations import seeds

ROOT = Path(__file__).resolve().parents[3]
SEEDS = seeds()
#: For all mutants of a seed; a mutant that hangs is ended long before.
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
    now = tmp_path / "now"
    assert child.returncode == 0, f"died at: {now.read_text() if now.exists() else 'the start'}\n{child.stderr}"
    report = json.loads(child.stdout)
    assert report["failures"] == []
    assert sum(report["counts"].values()) > 8 * SEEDS[name].count
    # The mutants reach both ends: what is refused, for either reason, and what is read all the same.
    assert report["counts"]["MODEL_INVALID"] > 80
    assert report["counts"]["GRAPH_UNSUPPORTED"] > 20
    assert report["counts"]["graph"] > 40
