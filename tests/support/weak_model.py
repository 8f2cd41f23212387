"""The program `python -m tests.support.weak_model FOLDER`, for tests that run in an environment without the trainer.

It writes a model that hears badly, the demo model with noise on its weights, to FOLDER/weak-1, and recordings with
texts to FOLDER/set.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np

from tests.support.taught_recordings import RATE, shifted, write_pair
from trainer.network.acoustic_model import AcousticModel
from trainer.training.augmentation import augment
from trainer.writing.model_writer import write_model
from transcriber.audio import audio_stream

DEMO_MODEL = Path(__file__).resolve().parents[2] / "transcriber_image" / "demo_model"
#: A fifth of the recordings is the test, which needs a hundred words.
RECORDINGS = 200


def write(folder: Path) -> None:
    """Write the model and the recordings."""
    random = np.random.default_rng(5)
    model = AcousticModel(DEMO_MODEL / "demo.pbmm")
    weights = {
        role: values + np.float32(0.5 * values.std()) * random.standard_normal(values.shape, np.float32)
        for role, values in model.weights.items()
    }
    weak = folder / "weak-1"
    weak.mkdir(parents=True)
    write_model(model.path, weights, weak / "weak-1.pbmm")
    shutil.copy(DEMO_MODEL / "demo.scorer", weak)
    texts = list(json.loads((DEMO_MODEL / "clips" / "transcripts.json").read_text()).items())
    for number in range(RECORDINGS):
        name, text = texts[number % len(texts)]
        samples = np.concatenate(list(audio_stream.decode(DEMO_MODEL / "clips" / name, RATE)))
        write_pair(folder / "set", f"{number:03}", augment(shifted(samples, number), RATE, random), text)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
