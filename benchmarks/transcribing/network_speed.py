"""The command `python -m benchmarks.transcribing.network_speed MODEL NETWORKS SECONDS`.

The command measures the speed of a network and prints rows as JSON. It runs in the Python environment of the image.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.transcribing.peak import Shape, measure_peak, shortest_time
from transcriber.engines.batched.network_files import MODEL  # type: ignore[import-not-found]  # of the image
from transcriber.engines.batched.network_runner import LstmState, NetworkRunner  # type: ignore[import-not-found]
from transcriber.model.graph import read_graph  # type: ignore[import-not-found]
from transcriber.model.model_folder import open_folder  # type: ignore[import-not-found]

_SEGMENTS = (1, 4, 8, 16, 32, 64)
_FRAMES = 16
_FRAMES_PER_SECOND = 50
#: How long each matrix product is repeated, as a share of the time for the network. There are 70 products.
_PEAK_SHARE = 0.15


def main(folder: Path, networks: Path, seconds: float) -> list[dict[str, Any]]:
    """Measure the network with each number of segments, and the peak of the same core in the same process.

    Args:
        folder: The folder of the model.
        networks: The folder of converted networks.
        seconds: How long the network runs with each number of segments.

    Returns:
        A row for each number of segments.
    """
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    model = open_folder(folder)
    graph = read_graph(model.acoustic)
    network = NetworkRunner(networks / model.record.acoustic_sha256 / MODEL)
    layers = (*graph.layers_before_lstm, graph.layer_after_lstm, graph.output_layer)
    weights = sum(layer.weights.size for layer in layers) + graph.lstm.kernel.size
    peak = measure_peak(_shapes(graph), seconds * _PEAK_SHARE)
    random = np.random.default_rng(0)
    rows = []
    for segments in _SEGMENTS:
        frames = random.normal(size=(_FRAMES, segments, len(graph.layers_before_lstm[0].weights))).astype(np.float32)
        zeros = np.zeros((1, segments, graph.lstm.units), np.float32)
        shortest = shortest_time(lambda: network.run(frames, LstmState(zeros, zeros)), seconds)  # noqa: B023
        seconds_per_frame = shortest / (_FRAMES * segments)
        rows.append(
            {
                "segments": segments,
                "audio_seconds": 1 / seconds_per_frame / _FRAMES_PER_SECOND,
                "gigaflops": 2 * weights / seconds_per_frame / 1e9,
                "peak_gigaflops": peak.gigaflops,
                "peak_product": peak.product,
            }
        )
    return rows


def _shapes(graph: Any) -> Iterator[Shape]:
    """Yield the shapes of the network's matrix products, for each number of segments."""
    inputs, states = (len(part) for part in np.split(graph.lstm.kernel, [-graph.lstm.units]))
    for segments in _SEGMENTS:
        for layer in (*graph.layers_before_lstm, graph.layer_after_lstm, graph.output_layer):
            yield Shape(_FRAMES * segments, *layer.weights.shape)
        # The LSTM multiplies the inputs of all frames at once, and its own state frame by frame.
        yield Shape(_FRAMES * segments, inputs, graph.lstm.kernel.shape[1])
        yield Shape(segments, states, graph.lstm.kernel.shape[1])


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))))
