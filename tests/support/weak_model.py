"""The program `python -m tests.support.weak_model FOLDER`, for tests that run in an environment without the trainer.

It writes a model that hears badly, the demo model with noise on its weights, to FOLDER/weak-1, and recordings with
texts to FOLDER/set.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

import numpy as np

from tests.support.taught_recordings import RATE, shifted, write_pair
from trainer.data.split import Part, part_of
from trainer.network.acoustic_model import AcousticModel
from trainer.training.augmentation import augment
from trainer.writing.model_writer import write_model
from transcriber.audio import audio_stream

DEMO_MODEL = Path(__file__).resolve().parents[2] / "transcriber_image" / "demo_model"
#: So many words in the recordings for the test are enough for a verdict.
TEST_WORDS = 110


def write(folder: Path) -> None:
    """Write the model and the recordings."""
    random = np.random.default_rng(5)
    write_weak_model(folder / "weak-1", random)
    _write_recordings(folder / "set", random)


def write_weak_model(folder: Path, random: np.random.Generator) -> None:
    """Write the demo model with noise on its weights into a folder. Its file has the folder's name."""
    model = AcousticModel(DEMO_MODEL / "demo.pbmm")
    weights = {
        role: values + np.float32(0.5 * values.std()) * random.standard_normal(values.shape, np.float32)
        for role, values in model.weights.items()
    }
    folder.mkdir(parents=True)
    write_model(model.path, weights, folder / f"{folder.name}.pbmm")
    shutil.copy(DEMO_MODEL / "demo.scorer", folder)


def _write_recordings(folder: Path, random: np.random.Generator) -> None:
    """Write recordings until those for the test have enough words. The digest of a recording decides for what it is."""
    texts = list(json.loads((DEMO_MODEL / "clips" / "transcripts.json").read_text()).items())
    number = test_words = 0
    while test_words < TEST_WORDS:
        name, text = texts[number % len(texts)]
        samples = np.concatenate(list(audio_stream.decode(DEMO_MODEL / "clips" / name, RATE)))
        taught = augment(shifted(samples, number // len(texts)), RATE, random)
        write_pair(folder, f"{number:03}", taught, text)
        if part_of(hashlib.sha256(taught.tobytes()).hexdigest()) == Part.TEST:
            test_words += len(text.split())
        number += 1


if __name__ == "__main__":
    write(Path(sys.argv[1]))
