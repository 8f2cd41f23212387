"""The features of audio: mel-frequency cepstral coefficients, with the same numbers as TensorFlow's.

To get the same numbers, the module calculates in double precision where TensorFlow's operations AudioSpectrogram and
Mfcc do, and rounds to single precision where these operations pass values on. Source: TensorFlow,
core/kernels/spectrogram.cc, mfcc.cc, mfcc_mel_filterbank.cc and mfcc_dct.cc.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from transcriber.audio.audio_stream import Samples
from transcriber.model.graph import Features

Floats = npt.NDArray[np.float32]
_Doubles = npt.NDArray[np.float64]

#: Divisor that scales 16-bit samples to the range from -1 to 1.
_FULL_SCALE = 32768.0
#: Minimum of a band's energy, so that silence has a logarithm.
_MIN_ENERGY = 1e-12


class FeatureExtractor:
    """A calculator of features. It computes the tables that all segments need only once.

    Args:
        features: the settings in the model's graph.
    """

    def __init__(self, features: Features) -> None:
        self._window = features.window
        self._step = features.step
        self._fft_size = 1 << (features.window - 1).bit_length()  # the next power of two, as in TensorFlow
        angles = 2 * np.pi * np.arange(features.window) / features.window
        self._hann = 0.5 - 0.5 * np.cos(angles)
        self._filters = _mel_filters(features, self._fft_size // 2 + 1)
        self._cosines = _cosine_transform(features.channels, features.coefficients)

    def frames(self, samples: Samples) -> Floats:
        """Return the features of a segment, shape (frames, coefficients).

        There is a frame for each full window, and one more frame for the remaining samples, padded with zeros. As in
        libdeepspeech, this last frame exists even if no samples remain.

        Args:
            samples: 16-bit samples, shape (samples,).
        """
        full = max(0, (len(samples) - self._window) // self._step + 1)
        padded = np.zeros(full * self._step + self._window)
        padded[: len(samples)] = samples / _FULL_SCALE
        windows = np.lib.stride_tricks.sliding_window_view(padded, self._window)[:: self._step]
        spectrum = np.fft.rfft(windows * self._hann, self._fft_size, axis=1)
        power = (np.square(spectrum.real) + np.square(spectrum.imag)).astype(np.float32)
        energies = np.maximum(np.sqrt(power.astype(np.float64)) @ self._filters, _MIN_ENERGY)
        frames: Floats = (np.log(energies) @ self._cosines).astype(np.float32)
        return frames


def _mel_filters(features: Features, bins: int) -> _Doubles:
    """Return triangular filters whose centres are evenly spaced on the mel scale, shape (bins, channels).

    Args:
        features: the settings in the model's graph.
        bins: the number of frequencies in the spectrum of a window.
    """
    bin_width = 0.5 * features.sample_rate / (bins - 1)  # in hertz
    lowest, highest = _to_mel(np.array([features.lowest, features.highest])).tolist()
    edges = np.linspace(lowest, highest, features.channels + 2)
    position = (_to_mel(np.arange(bins) * bin_width) - edges[0]) / (edges[1] - edges[0])
    filters: _Doubles = np.clip(1 - np.abs(position[:, None] - np.arange(1, features.channels + 1)), 0, None)
    filters[: int(1.5 + features.lowest / bin_width)] = 0
    filters[int(features.highest / bin_width) + 1 :] = 0
    return filters


def _to_mel(hertz: _Doubles) -> _Doubles:
    mel: _Doubles = 1127.0 * np.log1p(hertz / 700.0)
    return mel


def _cosine_transform(channels: int, coefficients: int) -> _Doubles:
    """Return the matrix of the discrete cosine transform, shape (channels, coefficients)."""
    angles = np.pi / channels * np.outer(np.arange(channels) + 0.5, np.arange(coefficients))
    cosines: _Doubles = np.sqrt(2 / channels) * np.cos(angles)
    return cosines
