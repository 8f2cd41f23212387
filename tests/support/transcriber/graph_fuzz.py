"""Gives every mutant of one model file to the graph reader, in a process with little memory that may not hang.

`python -m tests.support.transcriber.graph_fuzz SEED FOLDER` writes `FOLDER/now` (the mutant at hand, for
whoever finds a dead process) and one line of JSON: what came of the mutants, counted, and what was wrong.
"""

from __future__ import annotations

import collections
import faulthandler
import json
import resource
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Optional

import numpy as np

from tests.support.transcriber.graph_mutations import Seed, mutants, seeds
from tests.support.transcriber.wav_fuzz import HANG_SECONDS, MEMORY
from transcriber.model.graph import AcousticGraph, read_graph, read_letters
from transcription.contract.errors import ModelInvalid


def outcome(path: Path) -> str:
    """The code of its failure, or what is wrong with the graph, or `graph`."""
    try:
        graph = read_graph(path)
        letters = read_letters(path)
    except ModelInvalid as error:
        if not error.message.startswith(str(path)) or not error.message.endswith("."):
            return f"wrong: {error}"
        return error.code
    return wrong(graph) or ("graph" if letters == set(graph.labels) else f"wrong: {letters}")


def wrong(graph: AcousticGraph) -> Optional[str]:
    """In which way its parts do not fit together."""
    features, lstm = graph.features, graph.lstm
    before, after, output = graph.layers_before_lstm, graph.layer_after_lstm, graph.output_layer
    inputs = [(2 * graph.context + 1) * features.coefficients, *(len(layer.biases) for layer in before)]
    layers = [*zip(inputs, before), (lstm.units, after), (len(after.biases), output)]
    for size, layer in layers:
        if layer.weights.shape != (size, *layer.biases.shape):
            return f"wrong: {layer.weights.shape}, {layer.biases.shape} after {size}"
    if (lstm.kernel.shape, lstm.biases.shape) != ((inputs[-1] + lstm.units, 4 * lstm.units), (4 * lstm.units,)):
        return f"wrong: {lstm.kernel.shape}, {lstm.biases.shape} after {inputs[-1]}"
    if len(output.biases) != len(graph.labels) + 1:
        return f"wrong: {len(output.biases)} outputs for {len(graph.labels)} labels"
    arrays = [lstm.kernel, lstm.biases, *(each for _, layer in layers for each in (layer.weights, layer.biases))]
    if not all(each.dtype == np.float32 and each.size and np.isfinite(each).all() for each in arrays):
        return "wrong: weights that are none"
    numbers = (graph.steps, graph.beam_width, graph.relu_clip, features.window, features.step, features.sample_rate)
    if not all(0 < each < 2**31 for each in numbers) or not 0 < features.coefficients <= features.channels < 2**18:
        return f"wrong: {features}, {numbers}"
    return None


def check(seed: Seed, folder: Path) -> dict[str, object]:
    """What came of all mutants of `seed`."""
    path, now = folder / f"x{seed.suffix}", folder / "now"
    path.write_bytes(seed.data)
    assert outcome(path) == "graph", f"the seed itself is not read: {outcome(path)}"
    counts: collections.Counter[str] = collections.Counter()
    failures = []
    for name, data in mutants(seed):
        now.write_text(name)
        path.unlink()  # what is mapped into memory must not change
        path.write_bytes(data)
        signal.alarm(HANG_SECONDS)
        try:
            with _little_memory(beside=len(data)):
                result = outcome(path)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this looks for
            result = f"wrong: {error!r}"
        counts["wrong" if result.startswith("wrong") else result] += 1
        if result.startswith("wrong"):
            failures.append(f"{name}: {result}")
    signal.alarm(0)
    return {"counts": counts, "failures": failures}


@contextmanager
def _little_memory(beside: int) -> Iterator[None]:
    """Let this process take no more than `MEMORY`, and `beside` it what a file takes that is mapped into memory."""
    limits = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + beside + MEMORY, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


if __name__ == "__main__":
    warnings.simplefilter("error")
    faulthandler.enable()
    # Ends the process, and says where it was. A thread that watches would itself take memory, at any moment.
    faulthandler.register(signal.SIGALRM, chain=True)
    print(json.dumps(check(seeds()[sys.argv[1]], Path(sys.argv[2]))))
