"""`python -m benchmarks.transcribing.network_speed MODEL NETWORKS`: a network on one core, as JSON.

Runs in the environment of the image.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from transcriber.engines.batched.network_files import MODEL  # type: ignore[import-not-found]
from transcriber.engines.batched.network_runner import AcousticModel, State  # type: ignore[import-not-found]  # of the image
from transcriber.model.graph import read_graph  # type: ignore[import-not-found]
from transcriber.model.model_folder import open_folder  # type: ignore[import-not-found]

_ROWS = (1, 4, 8, 16, 32, 64)
_FRAMES = 16
_FRAMES_PER_SECOND = 50
#: Of the square matrices whose product is the core's best: 16 MB each, as those of the network are.
_SIDE = 2048
_SECONDS = 2.0


def main(folder: Path, networks: Path) -> list[dict[str, Any]]:
    """A row for each number of segments, on one core."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    model = open_folder(folder)
    graph = read_graph(model.acoustic)
    network = AcousticModel(networks / model.record.acoustic_sha256 / MODEL)
    layers = (*graph.before, graph.after, graph.output)
    weights = sum(each.weights.size for each in layers) + graph.lstm.kernel.size
    random = np.random.default_rng(0)
    left, right = (random.random((_SIDE, _SIDE), np.float32) for _ in range(2))
    peak = 2 * _SIDE**3 / _fastest(lambda: left @ right) / 1e9
    rows = []
    for segments in _ROWS:
        frames = random.normal(size=(_FRAMES, segments, len(graph.before[0].weights))).astype(np.float32)
        zeros = np.zeros((1, segments, graph.lstm.units), np.float32)
        seconds = _fastest(lambda: network.run(frames, State(zeros, zeros))) / (_FRAMES * segments)  # noqa: B023
        rows.append(
            {
                "segments": segments,
                "audio_seconds": 1 / seconds / _FRAMES_PER_SECOND,
                "gigaflops": 2 * weights / seconds / 1e9,
                "peak": peak,
            }
        )
    return rows


def _fastest(work: Callable[[], object]) -> float:
    """The shortest time that it takes, in seconds: others on the machine only make it longer."""
    taken: list[float] = []
    while sum(taken) < _SECONDS:
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
