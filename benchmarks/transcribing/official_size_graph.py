"""The command `python -m benchmarks.transcribing.official_size_graph FILE.pbmm UNITS DEMO.pbmm`.

The command writes an acoustic model with more units and the outputs of the demo model. The work of the beam search
depends on how certain the network is, so a network with random outputs would give wrong times. The first units of each
layer are the units of the demo model, and take no input from the other units. The other units have random weights. They
add computation and do not change the output.

The command runs in the environment that exports the demo model: Python 3.9 with TensorFlow.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from training import graph, pbmm  # type: ignore[import-not-found]  # of the demo model, by PYTHONPATH

from transcriber.model.graph import read_graph  # type: ignore[import-not-found]  # of the image, by PYTHONPATH

_INPUTS = (2 * graph.CONTEXT + 1) * graph.COEFFICIENTS
_OUTPUTS = graph.BLANK + 1

#: Weights and biases, by the names that the demo model's exporter gives them.
Weights = dict[str, npt.NDArray[np.float32]]


def main(path: Path, units: int, demo: Path) -> None:
    """Write the graph of the larger model. The weights are the same each time.

    Args:
        path: The `.pbmm` file to write.
        units: The number of units in each layer.
        demo: The acoustic model of the demo model.
    """
    pbmm.write(graph.build(embed(read_graph(demo), random_weights(units))), path)


def random_weights(units: int) -> Weights:
    """Return random weights, and biases of 0, for `units` units in each layer. They are the same each time.

    The weights are so small that values neither grow nor vanish from layer to layer.
    """
    random = np.random.default_rng(seed=0)
    weights: Weights = {}
    shapes = {
        "layer_1": (_INPUTS, units),
        "layer_2": (units, units),
        "layer_3": (units, units),
        "lstm": (2 * units, 4 * units),
        "layer_5": (units, units),
        "layer_6": (units, _OUTPUTS),
    }
    for name, (inputs, outputs) in shapes.items():
        kernel = "lstm_kernel" if name == "lstm" else f"{name}_weights"
        weights[kernel] = random.normal(0, inputs**-0.5, (inputs, outputs)).astype(np.float32)
        weights[f"{name}_bias"] = np.zeros(outputs, np.float32)
    return weights


def embed(demo: Any, weights: Weights) -> Weights:
    """Replace the first units of each layer in `weights` by the units of the demo model.

    Args:
        demo: The graph of the demo model, as `read_graph` returns it.
        weights: Weights of a larger network. The function changes them, and sets the weights from the other units to
            the first units to 0.

    Returns:
        `weights`.
    """
    small = demo.lstm.units
    units = len(weights["lstm_kernel"]) // 2
    for half, demo_kernel in enumerate(np.split(demo.lstm.kernel, 2)):  # for the inputs, and for the LSTM's own state
        gates = weights["lstm_kernel"][half * units : (half + 1) * units].reshape(units, 4, units)
        gates[:, :, :small] = 0
        gates[:small, :, :small] = demo_kernel.reshape(small, 4, small)
    weights["lstm_bias"].reshape(4, -1)[:, :small] = demo.lstm.biases.reshape(4, small)
    weights["lstm_bias"].reshape(4, -1)[2] += demo.lstm.forget_bias
    for number, layer in (*enumerate(demo.layers_before_lstm, 1), (5, demo.layer_after_lstm), (6, demo.output_layer)):
        kernel, bias = weights[f"layer_{number}_weights"], weights[f"layer_{number}_bias"]
        rows, columns = layer.weights.shape
        kernel[:, :columns] = 0
        kernel[:rows, :columns] = layer.weights
        bias[:columns] = layer.biases
    return weights


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
