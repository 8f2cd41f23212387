"""DeepSpeech's acoustic features in numpy: TensorFlow's AudioSpectrogram and Mfcc operations.

Two additional arguments are for augmentation: the step between windows changes the tempo, and a warp of the frequency
axis changes the length of the speaker's vocal tract.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import fft

from .corpus import SAMPLE_RATE

WINDOW = 512  # samples: 32 ms
STEP = 320  # samples: 20 ms
COEFFICIENTS = 26
CHANNELS = 40
LOWEST, HIGHEST = 20.0, SAMPLE_RATE / 2  # hertz
FLOOR = 1e-12


def mfcc(samples: np.ndarray, step: int = STEP, warp: float = 1.0) -> np.ndarray:
    """Return the features of audio, float32, shape (windows, 26).

    As in DeepSpeech's client, the samples after the last full window are padded with zeros to one more window.

    Args:
        samples: Float samples from -1 to 1, at 16 kHz.
        step: The distance between the starts of two windows, in samples.
        warp: A factor for the frequencies. Above 1, the vocal tract seems shorter.
    """
    full = max(0, (len(samples) - WINDOW) // step + 1)
    padded = np.zeros(full * step + WINDOW, np.float32)
    padded[: len(samples)] = samples[: len(padded)]
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::step]
    magnitudes = np.abs(fft.rfft(windows * _hann(), axis=1))
    energies = np.maximum(magnitudes @ _filterbank(round(warp, 2)), FLOOR)
    return np.log(energies) @ _cosines()


@lru_cache(1)
def _hann() -> np.ndarray:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


@lru_cache(1)
def _cosines() -> np.ndarray:
    """Return the matrix of the discrete cosine transform, shape (40, 26)."""
    angles = np.pi / CHANNELS * np.outer(np.arange(CHANNELS) + 0.5, np.arange(COEFFICIENTS))
    return (np.sqrt(2 / CHANNELS) * np.cos(angles)).astype(np.float32)


def _mel(hertz: np.ndarray | float) -> np.ndarray:
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)


@lru_cache(None)
def _filterbank(warp: float) -> np.ndarray:
    """Return triangular filters, shape (257, 40), whose centres are evenly spaced on the mel scale.

    A `warp` above 1 treats each bin as a higher frequency. A shorter vocal tract has this effect on speech.
    """
    bins = np.arange(WINDOW // 2 + 1) * SAMPLE_RATE / WINDOW * warp
    edges = np.linspace(_mel(LOWEST), _mel(HIGHEST), CHANNELS + 2)
    position = (_mel(bins)[:, None] - edges) / (edges[1] - edges[0])
    filters = np.clip(1 - np.abs(position), 0, None)[:, 1:-1]
    first, last = int(1.5 + LOWEST / (SAMPLE_RATE / WINDOW)), int(HIGHEST / (SAMPLE_RATE / WINDOW))
    filters[:first] = 0  # TensorFlow leaves out the lowest bins
    filters[last + 1 :] = 0
    return filters.astype(np.float32)
