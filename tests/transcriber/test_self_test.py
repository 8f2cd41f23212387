"""`--self-test` fails in a container that cannot transcribe, before it gets any audio."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.transcriber.engines.test_libdeepspeech import unrunnable
from tests.transcriber.test_command import command
from transcriber.selection.self_test_clip import CLIP


@pytest.fixture
def model(tmp_path: Path, model_folder: Path) -> Path:
    """A copy of the demo model, which the test may damage."""
    for path in model_folder.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    return tmp_path


def change(model: Path, **values: object) -> None:
    """Change values in `model.json`; `None` removes one."""
    path = model / "model.json"
    defaults = {**json.loads(path.read_text()), **values}
    path.write_text(json.dumps({key: value for key, value in defaults.items() if value is not None}))


def error_line(model: Path) -> str:
    """The only line that the command prints itself; libdeepspeech may print lines before it."""
    done = command("--self-test", "--model", model)
    assert (done.returncode, done.stdout) == (1, "")
    *native, line = done.stderr.splitlines()
    assert not [text for text in native if text.startswith(("[", "Traceback"))]
    return line


def test_the_demo_model_transcribes_the_built_in_clip(model_folder: Path) -> None:
    done = command("--self-test", "--model", model_folder)
    text, engine = done.stdout.splitlines()
    assert (done.returncode, text) == (0, "heard: yes start play next")
    assert engine.startswith("engine: batched float32, onnxruntime ")


def test_the_model_of_the_environment_variable_is_tested(model: Path) -> None:
    """The self-test in the image build names no model."""
    change(model, self_test="something else")
    assert command("--self-test", TRANSCRIBER_MODEL=str(model)).returncode == 1


def test_another_text_than_the_model_expects_is_a_failure_that_names_both(model: Path) -> None:
    change(model, self_test="no stop")
    line = error_line(model)
    assert line.startswith("[MODEL_INVALID] ")
    assert "'yes start play next'" in line and "'no stop'" in line


def test_a_model_that_expects_no_text_passes_if_it_runs(model: Path) -> None:
    """A user's own model may know no word of the clip."""
    change(model, self_test=None)
    assert command("--self-test", "--model", model).returncode == 0


@pytest.mark.parametrize("damage", ["wrong digest", "no graph", "a graph that cannot run", "deleted"])
def test_a_broken_model_gives_one_line(model: Path, damage: str) -> None:
    acoustic = model / "demo.pbmm"
    if damage == "deleted":
        acoustic.unlink()
        assert error_line(model).startswith("[MODEL_MISSING] ")
        return
    acoustic.write_bytes(b"nonsense" * 100 if damage == "no graph" else unrunnable(acoustic.read_bytes()))
    if damage != "wrong digest":
        change(model, sha256=None)
    assert error_line(model).startswith("[MODEL_INVALID] ")


def test_files_are_refused_because_the_self_test_would_ignore_them(model_folder: Path) -> None:
    done = command("--self-test", CLIP, "--model", model_folder)
    assert done.returncode == 2
    assert "give either" in done.stderr
