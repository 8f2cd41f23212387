"""The self-test of the container: it passes with the demo model, and notices a program that is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.kenlm_programs import NEEDS_KENLM
from trainer.errors import KenlmMissing, RecogniserFailed
from trainer.job import command


@pytest.fixture(autouse=True)
def _test_model(demo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINER_TEST_MODEL", str(demo_folder))
    monkeypatch.setenv("TRAINER_TEST_CLIP", str(demo_folder / "clips/seven-one-three.wav"))
    monkeypatch.setattr("sys.argv", ["trainer.job", "--self-test"])


@NEEDS_KENLM
def test_it_hears_trains_and_estimates(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "seven one three"


@pytest.mark.parametrize(("variable", "error"), [("KENLM", KenlmMissing), ("TRANSCRIBER_PYTHON", RecogniserFailed)])
def test_a_missing_program_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, error: type[Exception]
) -> None:
    monkeypatch.setenv(variable, "/nowhere")
    assert command.main() == 1
    assert error.code in capsys.readouterr().err  # type: ignore[attr-defined]
