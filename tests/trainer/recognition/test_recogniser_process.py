"""DeepSpeech's own libraries hear what the trainer's network hears."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from trainer.errors import RecogniserFailed
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import Example
from trainer.recognition import recogniser_process
from trainer.writing.model_writer import write_model

Clips = list[tuple[npt.NDArray[np.int16], str]]


def test_both_engines_hear_what_the_trainer_hears_in_changed_weights(
    demo_model: AcousticModel, demo_folder: Path, clips: Clips, tmp_path: Path
) -> None:
    random = np.random.default_rng(5)
    weights = {
        role: values + np.float32(0.25 * values.std()) * random.standard_normal(values.shape, np.float32)
        for role, values in demo_model.weights.items()
    }
    write_model(demo_model.path, weights, tmp_path / "changed.pbmm")
    shutil.copy(demo_folder / "demo.scorer", tmp_path)
    recordings = [samples for samples, _ in clips]
    examples = [Example(demo_model.features(samples), ()) for samples in recordings]
    changed = AcousticModel(tmp_path / "changed.pbmm")
    [texts] = recogniser_process.decode(tmp_path, changed.probabilities(examples))
    [before] = recogniser_process.decode(demo_folder, demo_model.probabilities(examples))
    assert texts != before
    assert recogniser_process.transcribe(tmp_path, "libdeepspeech", recordings) == texts
    assert recogniser_process.transcribe(tmp_path, "batched", recordings) == texts


def test_the_weights_of_the_scorer_count(demo_model: AcousticModel, demo_folder: Path, clips: Clips) -> None:
    rows = demo_model.probabilities([Example(demo_model.features(samples), ()) for samples, _ in clips])
    mild, strong = recogniser_process.decode(demo_folder, rows, [(0.5, 0.0), (0.5, 60.0)])
    assert mild == [text for _, text in clips]
    assert sum(len(text.split()) for text in strong) > sum(len(text.split()) for text in mild)


def test_a_model_that_cannot_be_used_is_an_error_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(RecogniserFailed, match="MODEL_MISSING"):
        recogniser_process.transcribe(tmp_path, "libdeepspeech", [np.zeros(100, np.int16)])


def test_a_missing_python_is_an_error_that_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSCRIBER_PYTHON", str(tmp_path / "python"))
    with pytest.raises(RecogniserFailed, match="TRANSCRIBER_PYTHON"):
        recogniser_process.transcribe(tmp_path, "libdeepspeech", [])
