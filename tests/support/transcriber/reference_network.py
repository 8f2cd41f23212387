"""What a graph should compute, step by step in numpy: features, layers, and a beam search without a scorer.

Slow and plain, for the tests to compare with: written after TensorFlow's and DeepSpeech's sources, and by the numbers
that the graph reader found, none of its own.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from transcriber.model.graph import AcousticGraph, Dense, Features

#: Both are the decoder's own.
_SMALLEST, _START = np.finfo(np.float32).tiny, 0.999
_NEVER = -math.inf

Samples = npt.NDArray[np.int16]
Values = npt.NDArray[np.float64]


def features(samples: Samples, wanted: Features) -> Values:
    """Each full window, and then always one that is filled up with zeros."""
    full = max(0, (len(samples) - wanted.window) // wanted.step + 1)
    padded = np.zeros(full * wanted.step + wanted.window)
    padded[: len(samples)] = samples[: len(padded)] / 32768
    windows = np.lib.stride_tricks.sliding_window_view(padded, wanted.window)[:: wanted.step]
    size = 1 << (wanted.window - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(windows * _hann(wanted.window), size, axis=1))
    energies = np.maximum(spectrum @ _filters(wanted, size), 1e-12)
    bands = np.arange(wanted.channels) + 0.5
    cosines = np.cos(np.pi / wanted.channels * np.outer(bands, np.arange(wanted.coefficients)))
    return np.log(energies) @ (cosines * np.sqrt(2 / wanted.channels))  # type: ignore[no-any-return]


def probabilities(samples: Samples, graph: AcousticGraph) -> Values:
    """Of every label in every frame, the blank last."""
    frames = np.pad(features(samples, graph.features), ((graph.context, graph.context), (0, 0)))
    width = 2 * graph.context + 1
    windows = np.lib.stride_tricks.sliding_window_view(frames, width, axis=0).transpose(0, 2, 1)
    values = windows.reshape(len(windows), -1)
    for layer in graph.layers_before_lstm:
        values = _clipped(values, layer, graph.relu_clip)
    values = _clipped(_recurrent(values, graph), graph.layer_after_lstm, graph.relu_clip)
    scores = values @ graph.output_layer.weights + graph.output_layer.biases
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


def decode(frames: Values, labels: tuple[bytes, ...], beam_width: int) -> tuple[bytes, float]:
    """The best text of a beam search, and the logarithm of its probability."""
    blank = len(labels)
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, _NEVER)}  # ending in a blank, and in a letter
    begin = int(np.argmax(frames[:, blank] < _START)) if (frames[:, blank] < _START).any() else len(frames)
    for frame in np.log(frames[begin:] + _SMALLEST).tolist():
        following: dict[tuple[int, ...], tuple[float, float]] = {}

        def add(prefix: tuple[int, ...], in_blank: float, in_letter: float, to: Any = following) -> None:
            before = to.get(prefix, (_NEVER, _NEVER))
            to[prefix] = (_sum(before[0], in_blank), _sum(before[1], in_letter))

        for prefix, (in_blank, in_letter) in beam.items():
            both = _sum(in_blank, in_letter)
            add(prefix, both + frame[blank], in_letter + frame[prefix[-1]] if prefix else _NEVER)
            for label, score in enumerate(frame[:blank]):
                add((*prefix, label), _NEVER, score + (in_blank if prefix[-1:] == (label,) else both))
        best = sorted(following.items(), key=lambda each: -_sum(*each[1]))
        beam = dict(best[:beam_width])
    prefix, ends = next(iter(beam.items()))
    return b"".join(labels[each] for each in prefix), _sum(*ends)


def _hann(window: int) -> Values:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)  # type: ignore[no-any-return]


def _filters(wanted: Features, size: int) -> Values:
    """Triangles whose centres lie evenly on the mel scale; TensorFlow leaves out the bins below the lowest."""

    def mel(hertz: Any) -> Any:
        return 1127 * np.log1p(hertz / 700)

    width = wanted.sample_rate / size
    bins = np.arange(size // 2 + 1)
    edges = np.linspace(mel(wanted.lowest), mel(wanted.highest), wanted.channels + 2)
    distance = np.abs((mel(bins * width)[:, None] - edges) / (edges[1] - edges[0]))
    filters = np.clip(1 - distance, 0, None)[:, 1:-1]
    used = (bins >= int(1.5 + wanted.lowest / width)) & (bins <= int(wanted.highest / width))
    return filters * used[:, None]  # type: ignore[no-any-return]


def _clipped(values: Values, layer: Dense, clip: float) -> Values:
    return np.clip(values @ layer.weights + layer.biases, 0, clip)


def _recurrent(values: Values, graph: AcousticGraph) -> Values:
    lstm = graph.lstm
    cell = hidden = np.zeros(lstm.units)
    outputs = []
    for each in values:
        gates = np.concatenate([each, hidden]).astype(np.float32) @ lstm.kernel + lstm.biases
        into, candidate, forget, out = np.split(gates, 4)
        cell = _sigmoid(forget + lstm.forget_bias) * cell + _sigmoid(into) * np.tanh(candidate)
        if lstm.cell_clip is not None:
            cell = np.clip(cell, -lstm.cell_clip, lstm.cell_clip)
        hidden = _sigmoid(out) * np.tanh(cell)
        outputs.append(hidden)
    return np.array(outputs)


def _sigmoid(values: Values) -> Values:
    return 1 / (1 + np.exp(-values))  # type: ignore[no-any-return]


def _sum(first: float, second: float) -> float:
    """Of two probabilities, all as logarithms."""
    low, high = sorted((first, second))
    return high if low == _NEVER else high + math.log1p(math.exp(low - high))
