"""`python tests/support/transcriber/graphs/make.py`: writes the skeletons beside it, graphs without their weights.

Whichever of the two TensorFlows runs it makes its own; README.md tells how.
"""

from __future__ import annotations

import sys
from pathlib import Path

import tensorflow.compat.v1 as tf

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]
#: A size that nothing else in a graph has, nor its double and fourfold, so that tests can put others in its place.
UNITS = 77


def main() -> None:
    """Write them."""
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
        # To ask any other node for an attribute gives it one.
        if node.op == "Const" and node.attr["value"].tensor.dtype == tf.float32.as_datatype_enum:
            node.attr["value"].tensor.tensor_content = b""
    (FOLDER / name).write_bytes(graph.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
