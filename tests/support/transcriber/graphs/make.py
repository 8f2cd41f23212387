"""Write the graphs without weights: `python tests/support/transcriber/graphs/make.py`.

With TensorFlow 1.15 it writes `official.pb` and `layer_norm.pb`, with TensorFlow 2 `demo.pb`. See README.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import tensorflow.compat.v1 as tf

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[3]
#: A size that, like its double and fourfold, occurs nowhere else in a graph, so that tests can replace it.
UNITS = 77


def main() -> None:
    """Write the graphs of the TensorFlow that is installed."""
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
        # Only ask constants: to read a missing attribute of another node creates it.
        if node.op == "Const" and node.attr["value"].tensor.dtype == tf.float32.as_datatype_enum:
            node.attr["value"].tensor.tensor_content = b""
    (FOLDER / name).write_bytes(graph.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
