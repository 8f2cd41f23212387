"""The command `python -m tests.support.transcriber.graph_fuzz SEED FOLDER`, which reads damaged model files.

The command gives each mutant (damaged copy) of a model file to the graph reader, with limited memory and time. It
prints one line of JSON: the number of mutants with each outcome, and the mutants that were read wrongly. During the
work, `FOLDER/current` contains the name of the current mutant, so that the name is known if the process dies.
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

from tests.support.transcriber.graph_mutations import mutants
from tests.support.transcriber.graph_seeds import Seed, seeds
from tests.support.transcriber.wav_fuzz import HANG_SECONDS, MEMORY
from transcriber.model.graph import AcousticGraph, read_graph, read_letters
from transcription.contract.errors import ModelInvalid


def outcome(path: Path) -> str:
    """Read a model file, and return the outcome.

    Returns:
        `graph` if the file was read, the code of the error if the file was refused, or `wrong: …` if the graph or the
        error is wrong.
    """
    try:
        graph = read_graph(path)
        letters = read_letters(path)
    except ModelInvalid as error:
        if not error.message.startswith(str(path)) or not error.message.endswith("."):
            return f"wrong: {error}"
        return error.code
    return mismatch(graph) or ("graph" if letters == set(graph.labels) else f"wrong: {letters}")


def mismatch(graph: AcousticGraph) -> Optional[str]:
    """Return a text that says which parts of a graph do not fit together or are out of range, or `None`."""
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
    arrays = [lstm.kernel, lstm.biases, *(array for _, layer in layers for array in (layer.weights, layer.biases))]
    if not all(array.dtype == np.float32 and array.size and np.isfinite(array).all() for array in arrays):
        return "wrong: weights that are not finite floats"
    numbers = (graph.steps, graph.beam_width, graph.relu_clip, features.window, features.step, features.sample_rate)
    if not all(0 < number < 2**31 for number in numbers) or not 0 < features.coefficients <= features.channels < 2**18:
        return f"wrong: {features}, {numbers}"
    return None


def check(seed: Seed, folder: Path) -> dict[str, object]:
    """Read all mutants of a model file.

    Args:
        seed: the model file.
        folder: a folder for temporary files.

    Returns:
        `counts`, the number of mutants with each outcome, and `failures`, the mutants that were read wrongly.
    """
    path, current = folder / f"x{seed.suffix}", folder / "current"
    path.write_bytes(seed.data)
    assert outcome(path) == "graph", f"the seed itself is not read: {outcome(path)}"
    counts: collections.Counter[str] = collections.Counter()
    failures = []
    for name, data in mutants(seed):
        current.write_text(name)
        path.unlink()  # a mapped file must not be changed
        path.write_bytes(data)
        signal.alarm(HANG_SECONDS)
        try:
            with _limited_memory(file_size=len(data)):
                result = outcome(path)
        except Exception as error:  # noqa: BLE001 - any exception is a failure to report
            result = f"wrong: {error!r}"
        counts["wrong" if result.startswith("wrong") else result] += 1
        if result.startswith("wrong"):
            failures.append(f"{name}: {result}")
    signal.alarm(0)
    return {"counts": counts, "failures": failures}


@contextmanager
def _limited_memory(file_size: int) -> Iterator[None]:
    """Limit the memory of this process to its present size, `MEMORY` and the mapped file, until the block ends.

    Args:
        file_size: the size of the mapped file, in bytes.
    """
    limits = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + file_size + MEMORY, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


if __name__ == "__main__":
    warnings.simplefilter("error")
    faulthandler.enable()
    # If a mutant hangs, print the stack and end. The signal needs no memory, while a thread that watches would.
    faulthandler.register(signal.SIGALRM, chain=True)
    print(json.dumps(check(seeds()[sys.argv[1]], Path(sys.argv[2]))))
