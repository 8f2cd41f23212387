"""`--self-test`: a container that cannot work says so before it is given any audio."""

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
    """A copy of the demo model, to be damaged."""
    for each in model_folder.iterdir():
        if each.is_file():
            shutil.copy(each, tmp_path)
    return tmp_path


def change(model: Path, **values: object) -> None:
    """Write other values into `model.json`; `None` takes one away."""
    path = model / "model.json"
    defaults = {**json.loads(path.read_text()), **values}
    path.write_text(json.dumps({key: value for key, value in defaults.items() if value is not None}))


def refusal(model: Path) -> str:
    """The one line that people see."""
    done = command("--self-test", "--model", model)
    assert (done.returncode, done.stdout) == (1, "")
    *native, line = done.stderr.splitlines()
    assert not [each for each in native if each.startswith(("[", "Traceback"))]
    return line


def test_the_demo_model_hears_the_built_in_clip(model_folder: Path) -> None:
    done = command("--self-test", "--model", model_folder)
    heard, engine = done.stdout.splitlines()
    assert (done.returncode, heard) == (0, "heard: yes start play next")
    assert engine.startswith("engine: batched float32, onnxruntime ")


def test_the_model_of_the_environment_is_tested(model: Path) -> None:
    """As in the image, where nobody names a model."""
    change(model, self_test="something else")
    assert command("--self-test", TRANSCRIBER_MODEL=str(model)).returncode == 1


def test_another_text_than_the_model_promises_is_a_failure_that_names_both(model: Path) -> None:
    change(model, self_test="no stop")
    line = refusal(model)
    assert line.startswith("[MODEL_INVALID] ")
    assert "'yes start play next'" in line and "'no stop'" in line


def test_a_model_that_promises_nothing_is_well_if_it_runs(model: Path) -> None:
    """People's own models may know no word of the clip."""
    change(model, self_test=None)
    assert command("--self-test", "--model", model).returncode == 0


@pytest.mark.parametrize("damage", ["not the file that was promised", "no graph", "a graph that cannot run", "gone"])
def test_a_broken_model_is_one_line(model: Path, damage: str) -> None:
    acoustic = model / "demo.pbmm"
    if damage == "gone":
        acoustic.unlink()
        assert refusal(model).startswith("[MODEL_MISSING] ")
        return
    acoustic.write_bytes(b"nonsense" * 100 if damage == "no graph" else unrunnable(acoustic.read_bytes()))
    if damage != "not the file that was promised":
        change(model, sha256=None)
    assert refusal(model).startswith("[MODEL_INVALID] ")


def test_it_takes_no_files_which_it_would_pass_over(model_folder: Path) -> None:
    done = command("--self-test", CLIP, "--model", model_folder)
    assert done.returncode == 2
    assert "give either" in done.stderr
