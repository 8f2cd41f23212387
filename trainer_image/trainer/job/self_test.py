"""The test with which the build of the container image ends: the programs and libraries of a teaching work."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np

from trainer.errors import ProofFailed
from trainer.network import normalisation
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import Example
from trainer.recognition.proof import prove
from trainer.scorer.language_model import estimate
from trainer.training.fine_tuning import FineTuning, TrainingData
from trainer.training.recipe import TrainingRecipe
from transcriber.audio import audio_stream
from transcriber.model.model_folder import open_folder

#: Environment variables with the folder of a small model, and with a recording in which that model hears a text.
MODEL_VARIABLE, CLIP_VARIABLE = "TRAINER_TEST_MODEL", "TRAINER_TEST_CLIP"
_RECIPE = TrainingRecipe(heard_minutes=0.0, looks=2, warm_up_steps=1)


def run_self_test() -> str:
    """Let trainer and engines hear a recording, train for two steps, and estimate a language model.

    Returns:
        The text that was heard.

    Raises:
        ProofFailed: the engines hear another text than the trainer, or the trainer hears none.
        TranscriptionError: a program or a library does not work.
    """
    folder = Path(os.environ[MODEL_VARIABLE])
    model = AcousticModel(open_folder(folder).acoustic)
    samples = np.concatenate(list(audio_stream.decode(Path(os.environ[CLIP_VARIABLE]), model.sample_rate)))
    prove(folder, model, [samples])
    features = model.features(samples)
    text = model.greedy_text(model.probabilities([Example(features, ())])[0])
    if not text:
        raise ProofFailed("The trainer hears nothing in the recording of the self-test.")
    example = Example(features, tuple(model.letters.index(letter) for letter in text))
    data = TrainingData([[example]], [], [example], [text])
    with tempfile.TemporaryDirectory(prefix="self-test-") as name:
        training = FineTuning(model, normalisation.measure([features]), data, _RECIPE, 1e-4)
        training.run(Path(name) / "training.npz")
    estimate([text])
    return text
