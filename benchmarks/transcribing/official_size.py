"""`python -m benchmarks.transcribing.official_size FILE.pbmm UNITS DEMO.pbmm`: a graph to measure its speed.

It hears what the demo model hears, because the decoder's work depends on how sure the network is. All units beside the
demo model's have weights of chance, and nothing comes of them: they cost what units cost.

Runs in the environment that exports the demo model: Python 3.9 with TensorFlow.
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

Weights = dict[str, npt.NDArray[np.float32]]


def main(path: Path, units: int, demo: Path) -> None:
    """Write a graph with so many units in each layer; the same one each time."""
    pbmm.write(graph.build(with_demo(chance(units), read_graph(demo))), path)


def chance(units: int) -> Weights:
    """Weights by the names that the demo model's exporter has for them."""
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
        # So small that values neither grow nor vanish from layer to layer.
        weights[kernel] = random.normal(0, inputs**-0.5, (inputs, outputs)).astype(np.float32)
        weights[f"{name}_bias"] = np.zeros(outputs, np.float32)
    return weights


def with_demo(weights: Weights, demo: Any) -> Weights:
    """`weights` with the demo model as the first units of each layer, to which nothing goes from the others."""
    small = demo.lstm.units
    inputs, states = np.split(demo.lstm.kernel, 2)
    for part, own in enumerate((inputs, states)):
        units = len(weights["lstm_kernel"]) // 2
        gates = weights["lstm_kernel"][part * units : (part + 1) * units].reshape(units, 4, units)
        gates[:, :, :small] = 0
        gates[:small, :, :small] = own.reshape(small, 4, small)
    weights["lstm_bias"].reshape(4, -1)[:, :small] = demo.lstm.biases.reshape(4, small)
    weights["lstm_bias"].reshape(4, -1)[2] += demo.lstm.forget_bias
    numbered = (*enumerate(demo.before, 1), (5, demo.after), (6, demo.output))
    for number, layer in numbered:
        kernel, bias = weights[f"layer_{number}_weights"], weights[f"layer_{number}_bias"]
        rows, columns = layer.weights.shape
        kernel[:, :columns] = 0
        kernel[:rows, :columns] = layer.weights
        bias[:columns] = layer.biases
    return weights


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
