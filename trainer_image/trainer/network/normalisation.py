"""Normalisation of the features, taken out of the first layer for training and put back afterwards.

Exported networks take raw features, whose coefficients differ in size. Training from raw features moves the weights of
large coefficients too far.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from trainer.network.weights import Floats, Weights

#: Smallest standard deviation of a coefficient, so that a constant one is not divided by zero.
_MIN_DEVIATION = 1e-3


@dataclass(frozen=True, eq=False)
class Normalisation:
    """Mean and standard deviation of each coefficient of the features, both of shape (coefficients,)."""

    mean: Floats
    deviation: Floats

    def unfold(self, weights: Weights) -> Weights:
        """Return the weights of the network that takes normalised features and computes the same."""
        first, biases = _first_layer(weights)
        mean, deviation = self._per_input(first)
        return {
            **weights,
            "layer_1.weights": (first * deviation[:, None]).astype(np.float32),
            "layer_1.biases": (biases + mean @ first).astype(np.float32),
        }

    def fold(self, weights: Weights) -> Weights:
        """Return the weights of the network that takes raw features. This reverses `unfold`."""
        normalised, biases = _first_layer(weights)
        mean, deviation = self._per_input(normalised)
        first = normalised / deviation[:, None]
        return {
            **weights,
            "layer_1.weights": first.astype(np.float32),
            "layer_1.biases": (biases - mean @ first).astype(np.float32),
        }

    def _per_input(self, first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and deviation for each input of the first layer, which takes several frames side by side."""
        frames = len(first) // len(self.mean)
        return np.tile(self.mean, frames).astype(np.float64), np.tile(self.deviation, frames).astype(np.float64)


def measure(features: Iterable[Floats]) -> Normalisation:
    """Measure mean and deviation of the features of recordings, each of shape (frames, coefficients)."""
    frames = np.concatenate(list(features)).astype(np.float64)
    deviation = np.maximum(frames.std(axis=0), _MIN_DEVIATION)
    return Normalisation(frames.mean(axis=0).astype(np.float32), deviation.astype(np.float32))


def none(coefficients: int) -> Normalisation:
    """Return the normalisation that changes nothing."""
    return Normalisation(np.zeros(coefficients, np.float32), np.ones(coefficients, np.float32))


def _first_layer(weights: Weights) -> tuple[np.ndarray, np.ndarray]:
    return weights["layer_1.weights"].astype(np.float64), weights["layer_1.biases"].astype(np.float64)
