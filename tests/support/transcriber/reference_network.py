"""A reference in plain numpy for the result of a graph: features, layers, and a beam search without a scorer.

The code follows the sources of TensorFlow and DeepSpeech. Settings and weights come from the graph that was read.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from transcriber.model.graph import AcousticGraph, Dense, Features

#: Constants of DeepSpeech's decoder (its beam search): a number that is added to each probability, and the probability
#: of the blank (the label for "no letter") below which the search begins.
_SMALLEST, _START = np.finfo(np.float32).tiny, 0.999
#: The logarithm of the probability 0.
_NEVER = -math.inf

Samples = npt.NDArray[np.int16]
Values = npt.NDArray[np.float64]


def features(samples: Samples, settings: Features) -> Values:
    """Return the features of a recording: of each full window, and of a last window that is padded with zeros.

    Args:
        samples: the samples, at the sample rate of the settings.
        settings: the settings of the features.

    Returns:
        The features, shape (frames, coefficients).
    """
    full = max(0, (len(samples) - settings.window) // settings.step + 1)
    padded = np.zeros(full * settings.step + settings.window)
    padded[: len(samples)] = samples[: len(padded)] / 32768
    windows = np.lib.stride_tricks.sliding_window_view(padded, settings.window)[:: settings.step]
    size = 1 << (settings.window - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(windows * _hann(settings.window), size, axis=1))
    energies = np.maximum(spectrum @ _filters(settings, size), 1e-12)
    bands = np.arange(settings.channels) + 0.5
    cosines = np.cos(np.pi / settings.channels * np.outer(bands, np.arange(settings.coefficients)))
    return np.log(energies) @ (cosines * np.sqrt(2 / settings.channels))  # type: ignore[no-any-return]


def probabilities(samples: Samples, graph: AcousticGraph) -> Values:
    """Return the probability of each label in each frame, shape (frames, labels + 1). The blank is the last label."""
    values = activations(samples, graph)
    scores = values @ graph.output_layer.weights + graph.output_layer.biases
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


def activations(samples: Samples, graph: AcousticGraph) -> Values:
    """Return what the last layer of a graph receives in each frame, shape (frames, units)."""
    frames = np.pad(features(samples, graph.features), ((graph.context, graph.context), (0, 0)))
    width = 2 * graph.context + 1
    windows = np.lib.stride_tricks.sliding_window_view(frames, width, axis=0).transpose(0, 2, 1)
    values = windows.reshape(len(windows), -1)
    for layer in graph.layers_before_lstm:
        values = _clipped(values, layer, graph.relu_clip)
    return _clipped(_recurrent(values, graph), graph.layer_after_lstm, graph.relu_clip)


def decode(frames: Values, labels: tuple[bytes, ...], beam_width: int) -> tuple[bytes, float]:
    """Return the best text of a beam search, and the logarithm of its probability.

    Args:
        frames: the probabilities, shape (frames, labels + 1).
        labels: the alphabet, without the blank.
        beam_width: the number of prefixes (starts of the text) that the search keeps after each frame.
    """
    blank = len(labels)
    # For each prefix, the logarithms of two probabilities: that the prefix ends in a blank, and in a letter.
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, _NEVER)}
    begin = int(np.argmax(frames[:, blank] < _START)) if (frames[:, blank] < _START).any() else len(frames)
    for frame in np.log(frames[begin:] + _SMALLEST).tolist():
        extended: dict[tuple[int, ...], tuple[float, float]] = {}

        def add(prefix: tuple[int, ...], in_blank: float, in_letter: float, to: Any = extended) -> None:
            before = to.get(prefix, (_NEVER, _NEVER))
            to[prefix] = (_sum(before[0], in_blank), _sum(before[1], in_letter))

        for prefix, (in_blank, in_letter) in beam.items():
            both = _sum(in_blank, in_letter)
            add(prefix, both + frame[blank], in_letter + frame[prefix[-1]] if prefix else _NEVER)
            for label, score in enumerate(frame[:blank]):
                add((*prefix, label), _NEVER, score + (in_blank if prefix[-1:] == (label,) else both))
        best = sorted(extended.items(), key=lambda item: -_sum(*item[1]))
        beam = dict(best[:beam_width])
    prefix, logarithms = next(iter(beam.items()))
    return b"".join(labels[label] for label in prefix), _sum(*logarithms)


def _hann(window: int) -> Values:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)  # type: ignore[no-any-return]


def _filters(settings: Features, size: int) -> Values:
    """Return triangular filters with evenly spaced centres on the mel scale, shape (bins, channels).

    Bins outside the limits are 0, as in TensorFlow.
    """

    def mel(hertz: Any) -> Any:
        return 1127 * np.log1p(hertz / 700)

    bin_width = settings.sample_rate / size
    bins = np.arange(size // 2 + 1)
    edges = np.linspace(mel(settings.lowest), mel(settings.highest), settings.channels + 2)
    distance = np.abs((mel(bins * bin_width)[:, None] - edges) / (edges[1] - edges[0]))
    filters = np.clip(1 - distance, 0, None)[:, 1:-1]
    used = (bins >= int(1.5 + settings.lowest / bin_width)) & (bins <= int(settings.highest / bin_width))
    return filters * used[:, None]  # type: ignore[no-any-return]


def _clipped(values: Values, layer: Dense, clip: float) -> Values:
    return np.clip(values @ layer.weights + layer.biases, 0, clip)


def _recurrent(values: Values, graph: AcousticGraph) -> Values:
    """Return the output of the LSTM, shape (frames, units)."""
    lstm = graph.lstm
    cell = hidden = np.zeros(lstm.units)
    outputs = []
    for frame in values:
        gates = np.concatenate([frame, hidden]).astype(np.float32) @ lstm.kernel + lstm.biases
        entry, candidate, forget, output = np.split(gates, 4)
        cell = _sigmoid(forget + lstm.forget_bias) * cell + _sigmoid(entry) * np.tanh(candidate)
        if lstm.cell_clip is not None:
            cell = np.clip(cell, -lstm.cell_clip, lstm.cell_clip)
        hidden = _sigmoid(output) * np.tanh(cell)
        outputs.append(hidden)
    return np.array(outputs)


def _sigmoid(values: Values) -> Values:
    return 1 / (1 + np.exp(-values))  # type: ignore[no-any-return]


def _sum(first: float, second: float) -> float:
    """Return the sum of two probabilities. Arguments and result are logarithms."""
    low, high = sorted((first, second))
    return high if low == _NEVER else high + math.log1p(math.exp(low - high))
