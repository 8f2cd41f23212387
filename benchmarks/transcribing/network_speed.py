"""`python -m benchmarks.transcribing.network_speed MODEL NETWORKS`: print a network's speed on one core, as JSON.

Runs in the environment of the image.
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
from transcriber.engines.batched.network_runner import AcousticModel, State  # type: ignore[import-not-found]
from transcriber.model.graph import read_graph  # type: ignore[import-not-found]
from transcriber.model.model_folder import open_folder  # type: ignore[import-not-found]

_SEGMENTS = (1, 4, 8, 16, 32, 64)
_FRAMES = 16
_FRAMES_PER_SECOND = 50
#: How long each number of segments is repeated, in seconds.
_SECONDS = 2.0


def main(folder: Path, networks: Path) -> list[dict[str, Any]]:
    """Measure the network with each number of segments, beside the peak of the same core in the same process."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    model = open_folder(folder)
    graph = read_graph(model.acoustic)
    network = AcousticModel(networks / model.record.acoustic_sha256 / MODEL)
    layers = (*graph.before, graph.after, graph.output)
    weights = sum(layer.weights.size for layer in layers) + graph.lstm.kernel.size
    peak = measure_peak(_shapes(graph))
    random = np.random.default_rng(0)
    rows = []
    for segments in _SEGMENTS:
        frames = random.normal(size=(_FRAMES, segments, len(graph.before[0].weights))).astype(np.float32)
        zeros = np.zeros((1, segments, graph.lstm.units), np.float32)
        seconds = shortest_time(lambda: network.run(frames, State(zeros, zeros)), _SECONDS)  # noqa: B023
        seconds_per_frame = seconds / (_FRAMES * segments)
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
    """The matrix products of which the network consists, for each number of segments."""
    inputs, states = (len(part) for part in np.split(graph.lstm.kernel, [-graph.lstm.units]))
    for segments in _SEGMENTS:
        for layer in (*graph.before, graph.after, graph.output):
            yield Shape(_FRAMES * segments, *layer.weights.shape)
        # The LSTM multiplies its inputs for all frames at once, and its own state frame by frame.
        yield Shape(_FRAMES * segments, inputs, graph.lstm.kernel.shape[1])
        yield Shape(segments, states, graph.lstm.kernel.shape[1])


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
