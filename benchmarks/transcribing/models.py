"""The models of the benchmarks: the demo model, and one as large as DeepSpeech's official English model."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkError
from local.paths import DEMO_MODEL, LOCAL, ROOT

#: Python 3.9 with TensorFlow, which `make bench` installs.
EXPORT_PYTHON = LOCAL / "venvs" / "export" / "bin" / "python"
#: The official model's units in each layer, and its beam width. Source: the graph and the notes of DeepSpeech's
#: release 0.9.3.
OFFICIAL_UNITS = 2048
_OFFICIAL_BEAM_WIDTH = 500
_OFFICIAL_SIZE = LOCAL / "benchmarks" / "official-size"


@dataclass(frozen=True)
class BenchmarkModel:
    """A folder with a model that every program can use, and the beam width with which all of them decode."""

    name: str
    folder: Path
    beam_width: int

    @property
    def acoustic(self) -> Path:
        """Its `.pbmm` file."""
        return next(self.folder.glob("*.pbmm"))

    @property
    def scorer(self) -> Path:
        """Its `.scorer` file."""
        return next(self.folder.glob("*.scorer"))


def demo() -> BenchmarkModel:
    """The demo model, with the beam width that its record recommends."""
    record = json.loads((DEMO_MODEL / "model.json").read_text())
    return BenchmarkModel("demo model", DEMO_MODEL, record["beam_width"])


def official_size(folder: Path = _OFFICIAL_SIZE, units: int = OFFICIAL_UNITS) -> BenchmarkModel:
    """A graph of the official size with the outputs of the demo model, and the demo model's scorer.

    Args:
        folder: Where the model is, or is made if it is not there.
        units: The units in each layer.

    Raises:
        BenchmarkError: The model cannot be made.
    """
    if not folder.exists():
        _make(folder, units)
    return BenchmarkModel("official size", folder, _OFFICIAL_BEAM_WIDTH)


def _make(folder: Path, units: int) -> None:
    """Make the model in a temporary folder and rename that to `folder`, which is therefore never incomplete."""
    if not EXPORT_PYTHON.exists():
        raise BenchmarkError(f"{EXPORT_PYTHON}, which makes the large model, is missing. `make bench` installs it.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        draft = Path(temporary) / folder.name
        draft.mkdir()
        script = (EXPORT_PYTHON, "-m", "benchmarks.transcribing.official_size_graph")
        python_path = (DEMO_MODEL, ROOT / "dags", DEMO_MODEL.parent)
        process = subprocess.run(
            [*script, draft / "graph.pbmm", str(units), demo().acoustic],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, python_path))},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if process.returncode:
            raise BenchmarkError(f"The large model could not be made:\n{process.stderr[-2000:]}")
        shutil.copy(demo().scorer, draft)
        draft.rename(folder)
