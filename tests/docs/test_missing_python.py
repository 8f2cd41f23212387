"""`make` on a machine without the Python that an environment needs: it ends with one sentence."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.markdown_pages import ROOT


@pytest.mark.skipif(not (ROOT / ".local" / "uv" / "bin" / "uv").exists(), reason="uv is not below .local/ here")
def test_a_python_that_is_missing_and_cannot_be_fetched_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "infra.txt").touch()
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "uv").symlink_to((ROOT / ".local" / "uv").resolve())
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "mkdir", "touch", "rm"):
        (programs / name).symlink_to(str(shutil.which(name)))
    environment = {"PATH": str(programs), "HOME": str(tmp_path), "UV_PYTHON_DOWNLOADS": "never"}
    make = subprocess.run(
        [str(shutil.which("make")), ".local/venvs/infra/ready"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    sentence, *rest = make.stderr.splitlines()
    assert make.returncode == 2
    assert sentence.startswith("Python 3.12 is not installed, and uv cannot fetch it: install it,")
    assert all(line.startswith("make: ***") for line in rest)
