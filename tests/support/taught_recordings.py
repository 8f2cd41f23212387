"""Recordings with texts for the trainer's tests, made of the demo model's clips."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from trainer.data.recording import TaughtRecording
from trainer.data.utterance import Utterance
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import Example
from trainer.training.augmentation import augment

Samples = npt.NDArray[np.int16]
RATE = 16000


def write_pair(folder: Path, name: str, samples: Samples, text: str) -> Path:
    """Write `name`.wav and `name`.txt, and return the path of the recording."""
    path = folder / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, RATE)
    path.with_suffix(".txt").write_text(text, encoding="utf-8")
    return path


def write_set(folder: Path, clips: Sequence[tuple[Samples, str]], count: int, seed: int) -> None:
    """Write recordings with texts of which each is another variant of a clip."""
    random = np.random.default_rng(seed)
    for number in range(count):
        samples, text = clips[number % len(clips)]
        write_pair(folder, f"{number}", augment(shifted(samples, number), RATE, random), text)


def utterance(model: AcousticModel, samples: Samples, text: str, speaker: str = "", name: str = "a.wav") -> Utterance:
    """Return the utterance of samples and a text in the model's letters."""
    letters = tuple(model.letters.index(letter) for letter in text)
    recording = TaughtRecording(Path(name), name, text, speaker)
    return Utterance(recording, samples, text, Example(model.features(samples), letters), len(samples) / RATE)


def shifted(samples: Samples, number: int) -> Samples:
    """Return a copy of a recording with another digest: silence of another length before it."""
    return np.concatenate([np.zeros(160 * number, np.int16), samples])
