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

#: A Python 3.9 with TensorFlow. `make bench` installs both.
EXPORT_PYTHON = LOCAL / "venvs" / "export" / "bin" / "python"
#: The number of units in each layer of the official model, and its beam width. Source: the graph and the notes of
#: DeepSpeech's release 0.9.3.
OFFICIAL_UNITS = 2048
_OFFICIAL_BEAM_WIDTH = 500
_OFFICIAL_SIZE = LOCAL / "benchmarks" / "official-size"


@dataclass(frozen=True)
class BenchmarkModel:
    """A model that every program can use: an acoustic model and a scorer."""

    #: The name that the tables show.
    name: str
    #: The folder with the files of the model.
    folder: Path
    #: The beam width with which every program searches.
    beam_width: int

    @property
    def acoustic(self) -> Path:
        """The path of the acoustic model, a `.pbmm` file."""
        return next(self.folder.glob("*.pbmm"))

    @property
    def scorer(self) -> Path:
        """The path of the scorer, a `.scorer` file."""
        return next(self.folder.glob("*.scorer"))


def demo() -> BenchmarkModel:
    """Return the demo model, with the beam width that `model.json` recommends."""
    record = json.loads((DEMO_MODEL / "model.json").read_text())
    return BenchmarkModel("demo model", DEMO_MODEL, record["beam_width"])


def official_size(folder: Path = _OFFICIAL_SIZE, units: int = OFFICIAL_UNITS) -> BenchmarkModel:
    """Return a model of the official size. It has the outputs and the scorer of the demo model.

    Args:
        folder: The folder of the model. If the folder does not exist, the function makes the model there.
        units: The number of units in each layer of a model that is made.

    Raises:
        BenchmarkError: The model cannot be made.
    """
    if not folder.exists():
        _make(folder, units)
    return BenchmarkModel("official size", folder, _OFFICIAL_BEAM_WIDTH)


def _make(folder: Path, units: int) -> None:
    """Make the model in a temporary folder, then rename that folder to `folder`, so that `folder` is complete.

    Raises:
        BenchmarkError: TensorFlow is not installed, or the export failed.
    """
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
