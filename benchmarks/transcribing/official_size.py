"""`python -m benchmarks.transcribing.official_size FILE.pbmm UNITS`: a graph with weights of chance, for its speed.

Runs in the environment that exports the demo model: Python 3.9 with TensorFlow.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from training import graph, pbmm  # type: ignore[import-not-found]  # of the demo model, by PYTHONPATH

_INPUTS = (2 * graph.CONTEXT + 1) * graph.COEFFICIENTS
_OUTPUTS = graph.BLANK + 1

Weights = dict[str, npt.NDArray[np.float32]]


def main(path: Path, units: int) -> None:
    """Write a graph with so many units in each layer; the same one each time."""
    pbmm.write(graph.build(chance(units)), path)


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


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
