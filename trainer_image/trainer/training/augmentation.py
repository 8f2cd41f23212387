"""Mild augmentation: variants of a recording with another speed, level, tone and noise."""

from __future__ import annotations

import numpy as np
import soxr

from trainer.data.preparation import needed_frames
from trainer.data.utterance import Samples, Utterance
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import FRAMES, Example

#: Largest change of speed, and with it of pitch.
_SPEED = 0.1
#: Points of the frequency response in hertz, and the standard deviation of its level there, in decibels.
_POINTS, _TONE_DB = (0, 200, 400, 800, 1600, 3200, 8000), 3.0
#: Range of the noise below the speech, in decibels, and the share of variants with noise.
_NOISE_DB, _NOISE_SHARE = (20.0, 45.0), 0.6
#: Range of the loudest sample, in decibels below full scale.
_PEAK_DB = (-20.0, -1.0)


def variants(utterance: Utterance, count: int, model: AcousticModel, random: np.random.Generator) -> list[Example]:
    """Return the example of an utterance and up to `count` augmented variants of it.

    A variant whose text no longer fits into its frames is left out.
    """
    letters = utterance.example.letters
    examples = [utterance.example]
    for _ in range(count):
        features = model.features(augment(utterance.samples, model.sample_rate, random))
        if needed_frames(letters) <= len(features) <= FRAMES[-1]:
            examples.append(Example(features, letters))
    return examples


def augment(samples: Samples, rate: int, random: np.random.Generator) -> Samples:
    """Return a recording as if said faster or slower, and recorded elsewhere.

    Args:
        samples: 16-bit samples.
        rate: their sample rate.
        random: the source of all random choices.
    """
    speed = random.uniform(1 - _SPEED, 1 + _SPEED)
    changed = soxr.resample(samples.astype(np.float32), rate * speed, rate, quality="LQ")
    spectrum = np.fft.rfft(changed)
    hertz = np.linspace(0, rate / 2, len(spectrum))
    decibels = np.interp(hertz, _POINTS, random.normal(0, _TONE_DB, len(_POINTS)))
    changed = np.fft.irfft(spectrum * 10 ** (decibels / 20), len(changed))
    if random.random() < _NOISE_SHARE:
        level = np.sqrt(np.mean(changed**2)) * 10 ** (-random.uniform(*_NOISE_DB) / 20)
        changed = changed + random.normal(0, level + 1e-3, len(changed))
    peak = 32767 * 10 ** (random.uniform(*_PEAK_DB) / 20)
    changed *= peak / max(1.0, float(np.abs(changed).max(initial=0)))
    rounded: Samples = np.rint(changed).astype(np.int16)
    return rounded
