"""The models that are measured: the demo model, and one as large as DeepSpeech's official English model."""

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
#: The official model's units in each layer, and the candidates that its decoder keeps. Source: the graph and the notes
#: of DeepSpeech's release 0.9.3.
OFFICIAL_UNITS = 2048
_OFFICIAL_BEAM_WIDTH = 500
_KEPT = LOCAL / "benchmarks" / "official-size-hearing"


@dataclass(frozen=True)
class BenchModel:
    """A folder that every contestant can use; all decode with the same beam width."""

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


def demo() -> BenchModel:
    """The demo model, with the beam width that it wants."""
    wanted = json.loads((DEMO_MODEL / "model.json").read_text())
    return BenchModel("demo model", DEMO_MODEL, wanted["beam_width"])


def official_size(folder: Path = _KEPT, units: int = OFFICIAL_UNITS) -> BenchModel:
    """A graph of the official size that hears as the demo model does, and its scorer; made once, then kept in `folder`.

    Raises:
        BenchmarkError: it cannot be made.
    """
    if not folder.exists():
        _make(folder, units)
    return BenchModel("official size", folder, _OFFICIAL_BEAM_WIDTH)


def _make(folder: Path, units: int) -> None:
    """Make the model beside its place and move it there, so that half a model is never kept."""
    if not EXPORT_PYTHON.exists():
        raise BenchmarkError(f"There is no {EXPORT_PYTHON} to make the large model with. `make bench` installs it.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        draft = Path(temporary) / folder.name
        draft.mkdir()
        script = (EXPORT_PYTHON, "-m", "benchmarks.transcribing.official_size")
        places = (DEMO_MODEL, ROOT / "dags", DEMO_MODEL.parent)
        made = subprocess.run(
            [*script, draft / "graph.pbmm", str(units), demo().acoustic],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise BenchmarkError(f"The large model could not be made:\n{made.stderr[-2000:]}")
        shutil.copy(demo().scorer, draft)
        draft.rename(folder)
