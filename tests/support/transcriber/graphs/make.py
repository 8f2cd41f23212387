"""The command `python tests/support/transcriber/graphs/make.py`, which writes the graphs without weights.

With TensorFlow 1.15, the command writes `official.pb` and `layer_norm.pb`. With TensorFlow 2, it writes `demo.pb`.
README.md says how to install both.
"""

from __future__ import annotations

import sys
from pathlib import Path

import tensorflow.compat.v1 as tf

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[3]
#: The number of units in each layer. This number, its double and its fourfold occur nowhere else in a graph, so that
#: tests can replace them.
UNITS = 77


def main() -> None:
    """Write the graphs that the installed version of TensorFlow can build."""
    if tf.__version__.startswith("1."):
        import official  # noqa: PLC0415

        _write(official.build(UNITS, layer_norm=False), "official.pb")
        _write(official.build(UNITS, layer_norm=True), "layer_norm.pb")
    else:
        sys.path += [str(ROOT), str(ROOT / "transcriber_image/demo_model")]
        from training import graph  # noqa: PLC0415

        from benchmarks.transcribing.official_size_graph import random_weights  # noqa: PLC0415

        _write(graph.build(random_weights(UNITS)), "demo.pb")


def _write(graph: tf.GraphDef, name: str) -> None:
    for node in graph.node:
        # Read the value of constants only, because reading a missing attribute of a node creates the attribute.
        if node.op == "Const" and node.attr["value"].tensor.dtype == tf.float32.as_datatype_enum:
            node.attr["value"].tensor.tensor_content = b""
    (FOLDER / name).write_bytes(graph.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
