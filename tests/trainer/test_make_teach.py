"""The variables of `make teach` reach the trainer as they were typed, and only those that were typed."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = ("AUDIO", "BASE", "OUT", "TEST", "OTHERS", "WORDS", "TEACH", "BUCKET", "SET")


@pytest.mark.parametrize("typed", [{}, {name: f"a b/$(x)/{name}" for name in VARIABLES}])
def test_variables_reach_the_command(typed: dict[str, str]) -> None:
    probe = "probe: ; @printf '%s\\n' " + " ".join(f'"$${name}"' for name in VARIABLES)
    process = subprocess.run(
        ["make", "--silent", "--eval", probe, "probe", *(f"{name}={value}" for name, value in typed.items())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=_environment(),
    )
    assert process.stdout.splitlines() == [typed.get(name, "") for name in VARIABLES]


@pytest.mark.parametrize(
    ("typed", "is_needed"),
    [
        (["AUDIO=a"], False),
        (["AUDIO=a", "TEACH=sound"], False),
        (["WORDS=w"], True),
        (["AUDIO=a", "TEACH=words"], True),
        (["BUCKET=b", "TEACH=both"], True),
    ],
)
def test_kenlm_is_compiled_where_words_are_taught(typed: list[str], is_needed: bool) -> None:
    """Without it, a teaching of both would fail after the training."""
    process = subprocess.run(
        ["make", "--question", "--print-data-base", "help", *typed],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
    )
    (needs,) = re.findall(r"^teach: .*", process.stdout, re.MULTILINE)
    assert (".local/kenlm/ready" in needs.split()) is is_needed


def _environment() -> dict[str, str]:
    """Return the environment without variables of make."""
    return {name: value for name, value in os.environ.items() if name not in (*VARIABLES, "MAKEFLAGS", "MAKEOVERRIDES")}
