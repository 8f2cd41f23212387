"""What the network hears: mel-frequency cepstral coefficients, as TensorFlow's AudioSpectrogram and Mfcc make them.

In double precision where those operations calculate so, and rounded to single precision where they hand on so: then the
numbers are theirs. Source: TensorFlow, core/kernels/spectrogram.cc, mfcc.cc, mfcc_mel_filterbank.cc and mfcc_dct.cc.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from transcriber.audio.audio_stream import Samples
from transcriber.model.graph import Features

Floats = npt.NDArray[np.float32]
_Doubles = npt.NDArray[np.float64]

#: Full scale of 16-bit samples, which the network knows as 1.
_FULL_SCALE = 32768.0
#: The least energy of a band, so that silence has a logarithm.
_FLOOR = 1e-12


class FeatureExtractor:
    """Turns samples into frames of features. Its tables are calculated once."""

    def __init__(self, features: Features) -> None:
        self._window = features.window
        self._step = features.step
        self._transform = 1 << (features.window - 1).bit_length()  # TensorFlow's own choice: the next power of two
        angles = 2 * np.pi * np.arange(features.window) / features.window
        self._hann = 0.5 - 0.5 * np.cos(angles)
        self._filters = _filters(features, self._transform // 2 + 1)
        self._cosines = _cosines(features.channels, features.coefficients)

    def frames(self, samples: Samples) -> Floats:
        """The features of a segment, shape (frames, coefficients).

        A frame for each full window, and one for what is left, filled up with zeros: libdeepspeech ends a stream so,
        even where nothing is left.
        """
        full = max(0, (len(samples) - self._window) // self._step + 1)
        padded = np.zeros(full * self._step + self._window)
        padded[: len(samples)] = samples / _FULL_SCALE
        windows = np.lib.stride_tricks.sliding_window_view(padded, self._window)[:: self._step]
        spectrum = np.fft.rfft(windows * self._hann, self._transform, axis=1)
        power = (np.square(spectrum.real) + np.square(spectrum.imag)).astype(np.float32)
        energies = np.maximum(np.sqrt(power.astype(np.float64)) @ self._filters, _FLOOR)
        frames: Floats = (np.log(energies) @ self._cosines).astype(np.float32)
        return frames


def _filters(features: Features, bins: int) -> _Doubles:
    """Triangles that overlap by half, evenly on the mel scale, shape (bins, channels)."""
    width = 0.5 * features.sample_rate / (bins - 1)  # of a bin, in hertz
    lowest, highest = _mel(np.array([features.lowest, features.highest])).tolist()
    edges = np.linspace(lowest, highest, features.channels + 2)
    position = (_mel(np.arange(bins) * width) - edges[0]) / (edges[1] - edges[0])
    filters: _Doubles = np.clip(1 - np.abs(position[:, None] - np.arange(1, features.channels + 1)), 0, None)
    filters[: int(1.5 + features.lowest / width)] = 0
    filters[int(features.highest / width) + 1 :] = 0
    return filters


def _mel(hertz: _Doubles) -> _Doubles:
    mel: _Doubles = 1127.0 * np.log1p(hertz / 700.0)
    return mel


def _cosines(channels: int, coefficients: int) -> _Doubles:
    """The discrete cosine transform, shape (channels, coefficients)."""
    angles = np.pi / channels * np.outer(np.arange(channels) + 0.5, np.arange(coefficients))
    cosines: _Doubles = np.sqrt(2 / channels) * np.cos(angles)
    return cosines
