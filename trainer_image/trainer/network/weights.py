"""The weights of a network by their roles, and the constants of the graph that contain them."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import numpy as np
import numpy.typing as npt

from transcriber.model.graph import AcousticGraph, Dense

Floats = npt.NDArray[np.float32]
#: Weights and biases by role: `layer_1.weights`, …, `lstm.kernel`, `lstm.biases`. Shapes are those of `AcousticGraph`.
Weights = dict[str, Floats]
#: The same, as arrays of JAX.
Parameters = dict[str, jax.Array]


@dataclass(frozen=True)
class NetworkSettings:
    """The settings of the forward pass. The fields have the same meaning as in `AcousticGraph` and `Lstm`."""

    context: int
    relu_clip: float
    forget_bias: float
    cell_clip: float | None


def weights_of(graph: AcousticGraph) -> Weights:
    """Return copies of all weights of a graph."""
    weights = {"lstm.kernel": graph.lstm.kernel, "lstm.biases": graph.lstm.biases}
    for name, layer in _dense_layers(graph).items():
        weights |= {f"{name}.weights": layer.weights, f"{name}.biases": layer.biases}
    return {role: np.array(values) for role, values in weights.items()}


def constant_names(graph: AcousticGraph) -> dict[str, str]:
    """Return the names of the graph's constants by the role of their weights."""
    names = {"lstm.kernel": graph.lstm.kernel_name, "lstm.biases": graph.lstm.biases_name}
    for name, layer in _dense_layers(graph).items():
        names |= {f"{name}.weights": layer.weights_name, f"{name}.biases": layer.biases_name}
    return names


def settings_of(graph: AcousticGraph) -> NetworkSettings:
    """Return the settings of a graph's network."""
    return NetworkSettings(graph.context, graph.relu_clip, graph.lstm.forget_bias, graph.lstm.cell_clip)


def interpolate(first: Weights, second: Weights, share: float) -> Weights:
    """Return weights between two networks.

    Args:
        first: the weights that a share of 0 returns.
        second: the weights that a share of 1 returns.
        share: the share of the second network.
    """
    return {role: (values + np.float32(share) * (second[role] - values)) for role, values in first.items()}


def _dense_layers(graph: AcousticGraph) -> dict[str, Dense]:
    first, second, third = graph.layers_before_lstm
    return {
        "layer_1": first,
        "layer_2": second,
        "layer_3": third,
        "layer_5": graph.layer_after_lstm,
        "layer_6": graph.output_layer,
    }
