"""The folders of `make teach` reach the trainer as they were typed, and only those that were typed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("AUDIO", "BASE", "OUT", "TEST", "OTHERS", "WORDS", "BUCKET", "SET")


@pytest.mark.parametrize("typed", [{}, {folder: f"a b/$(x)/{folder}" for folder in FOLDERS}])
def test_folders_reach_the_command(typed: dict[str, str]) -> None:
    probe = "probe: ; @printf '%s\\n' " + " ".join(f'"$${folder}"' for folder in FOLDERS)
    process = subprocess.run(
        ["make", "--silent", "--eval", probe, "probe", *(f"{name}={value}" for name, value in typed.items())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={name: value for name, value in os.environ.items() if name not in (*FOLDERS, "MAKEFLAGS", "MAKEOVERRIDES")},
    )
    assert process.stdout.splitlines() == [typed.get(folder, "") for folder in FOLDERS]
