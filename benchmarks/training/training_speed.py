"""The command `python -m benchmarks.training.training_speed MODEL STEPS BUCKET CLIPS …`.

The command measures steps of a training, and prints the result as JSON. It runs in the trainer's Python environment, on
the cores that it may use. The recordings are the demo model's clips one after another.
"""

from __future__ import annotations

import itertools
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import jax  # type: ignore[import-not-found]  # of the trainer, like all packages below that are not found
import numpy as np
import numpy.typing as npt

from local.paths import DEMO_CLIPS
from trainer import bucket_process  # type: ignore[import-not-found]
from trainer.network import normalisation  # type: ignore[import-not-found]
from trainer.network.acoustic_model import AcousticModel  # type: ignore[import-not-found]
from trainer.network.batches import Example, padded_frames, stack  # type: ignore[import-not-found]
from trainer.network.products import fastest_factors, multiply  # type: ignore[import-not-found]
from trainer.recognition.proof import prove  # type: ignore[import-not-found]
from trainer.training.checkpoint import TrainingState, save_state  # type: ignore[import-not-found]
from trainer.training.fine_tuning import FineTuning, TrainingData  # type: ignore[import-not-found]
from trainer.training.recipe import TrainingRecipe  # type: ignore[import-not-found]
from trainer.writing.model_folder_writer import write_folder  # type: ignore[import-not-found]
from transcriber.audio import audio_stream  # type: ignore[import-not-found]
from transcriber.model.model_folder import open_folder  # type: ignore[import-not-found]

#: Samples and text of a recording.
Spoken = tuple[npt.NDArray[np.int16], str]

_RATE = 16_000
_FRAMES_PER_SECOND = 50
#: So low that the new model still hears the clips after a few steps of the warm-up.
_LEARNING_RATE = 1e-4
#: Rows and columns of the two matrices whose product shows the core's peak, and how often it is computed.
_PEAK_SIZE, _PEAK_PRODUCTS = 2048, 20
#: Numbers of clips in the recordings of the proof.
_PROVED_CLIPS = (1, 3)


def main(folder: Path, steps: int, bucket: str, clips: Sequence[int]) -> dict[str, Any]:
    """Measure steps of a training, a checkpoint and the written model.

    Args:
        folder: The folder of the model.
        steps: The number of steps that are measured with each length of recordings.
        bucket: The bucket of the checkpoint. The variables of the environment name its S3.
        clips: The numbers of clips of which a recording is made.

    Returns:
        `peak_gigaflops` of these cores per second of processor time, by the type of factors; `speeds`, a row for each
        type of factors and each length of recordings;
        `megabytes`, the peak memory of the process until then; `checkpoint` and `proof`.
    """
    spoken = _read_clips()
    model = AcousticModel(open_folder(folder).acoustic)
    types = dict.fromkeys((jax.numpy.float32, fastest_factors()))
    speeds = [_measure_speed(model, spoken, count, steps, factors) for factors in types for count in clips]
    megabytes = _peak_megabytes()
    checkpoint, proof = _finish(model, folder, spoken, bucket)
    return {
        "peak_gigaflops": {factors.__name__: _peak_gigaflops(factors) for factors in types},
        "speeds": speeds,
        "megabytes": megabytes,
        "checkpoint": checkpoint,
        "proof": proof,
    }


def _measure_speed(
    model: AcousticModel, spoken: Sequence[Spoken], count: int, steps: int, factors: type
) -> dict[str, Any]:
    """Measure `steps` steps. A step hears a full batch of recordings, and a full batch of rehearsed recordings."""
    examples = _full_batches([_example(model, *recording) for recording in _recordings(spoken, count)], steps)
    training, parameters, state = _training(model, examples, factors)
    parameters, state.optimiser = jax.block_until_ready(training.step(parameters, state))  # compiles
    begun, cpu_begun = time.monotonic(), time.process_time()
    for state.step in range(steps):
        parameters, state.optimiser = jax.block_until_ready(training.step(parameters, state))
    seconds, cpu_seconds = time.monotonic() - begun, time.process_time() - cpu_begun
    frames = sum(len(example.features) for example in examples)
    padded = sum(map(padded_frames, examples))
    weights = sum(values.size for role, values in model.weights.items() if not role.endswith("biases"))
    return {
        "factors": factors.__name__,
        "recording_seconds": frames / len(examples) / _FRAMES_PER_SECOND,
        "padding": 1 - frames / padded,
        "audio_seconds": 2 * frames / _FRAMES_PER_SECOND,
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        # Forward, and backward to the inputs and to the weights: two operations each for every weight and frame.
        "gigaflops": 6 * weights * 2 * padded / cpu_seconds / 1e9,
    }


def _finish(
    model: AcousticModel, folder: Path, spoken: Sequence[Spoken], bucket: str
) -> tuple[dict[str, float], dict[str, float]]:
    """Take two steps, keep a checkpoint of them in the bucket, and prove the model that they give."""
    proved = [recording for count in _PROVED_CLIPS for recording in _recordings(spoken, count)[:: 2 * count - 1]]
    training, parameters, state = _training(model, [_example(model, *recording) for recording in proved])
    for state.step in range(2):
        parameters, state.optimiser = training.step(parameters, state)
    state.weights = {role: np.asarray(values) for role, values in parameters.items()}
    state.best_weights = state.weights
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "training.npz"
        write_seconds = _elapsed(lambda: save_state(path, state))
        upload_seconds = _elapsed(lambda: bucket_process.keep_checkpoint(bucket, "manual-benchmark", path.name, path))
        checkpoint = {
            "megabytes": path.stat().st_size / 1e6,
            "write_seconds": write_seconds,
            "upload_seconds": upload_seconds,
            "peak_megabytes": _peak_megabytes(),
        }
        new = normalisation.none(model.features(spoken[0][0]).shape[1]).fold(state.weights)
        target = Path(name) / "taught"
        write_folder(open_folder(folder), new, target, lineage={})
        written = AcousticModel(open_folder(target).acoustic)
        prove(target, written, [samples for samples, _ in proved])
    changed = sum(int((values != model.weights[role]).sum()) for role, values in written.weights.items())
    seconds = sum(len(samples) for samples, _ in proved) / _RATE
    return checkpoint, {"recordings": len(proved), "audio_seconds": seconds, "changed_weights": changed}


def _training(
    model: AcousticModel, examples: Sequence[Example], factors: type | None = None
) -> tuple[FineTuning, Any, TrainingState]:
    """Return a training that rehearses the recordings that it learns, its weights as JAX takes them, and its state."""
    data = TrainingData([[example] for example in examples], examples, examples[:1], [""])
    training = FineTuning(
        model,
        normalisation.none(examples[0].features.shape[1]),
        data,
        TrainingRecipe(),
        _LEARNING_RATE,
        factors=factors,
    )
    state = training.first_state()
    return training, {role: jax.numpy.asarray(values) for role, values in state.weights.items()}, state


def _full_batches(examples: Sequence[Example], count: int) -> list[Example]:
    """Return the examples of `count` full batches of one shape: the most frequent one."""
    (frames, _), *_ = Counter(map(padded_frames, examples)).most_common(1)
    fitting = [example for example in examples if padded_frames(example) == frames]
    rows = len(stack(fitting[:1]).lengths)
    return list(itertools.islice(itertools.cycle(fitting), count * rows))


def _read_clips() -> list[Spoken]:
    texts: dict[str, str] = json.loads((DEMO_CLIPS / "transcripts.json").read_text())
    return [(np.concatenate(list(audio_stream.decode(DEMO_CLIPS / name, _RATE))), text) for name, text in texts.items()]


def _recordings(spoken: Sequence[Spoken], count: int) -> list[Spoken]:
    """Return a recording that begins with each clip, and has `count` clips."""
    recordings = []
    for first in range(len(spoken)):
        parts = [spoken[(first + number) % len(spoken)] for number in range(count)]
        recordings.append((np.concatenate([samples for samples, _ in parts]), " ".join(text for _, text in parts)))
    return recordings


def _example(model: AcousticModel, samples: npt.NDArray[np.int16], text: str) -> Example:
    return Example(model.features(samples), tuple(model.letters.index(letter) for letter in text))


def _elapsed(call: Callable[[], object]) -> float:
    begun = time.monotonic()
    call()
    return time.monotonic() - begun


def _peak_megabytes() -> float:
    """Return the peak memory of this process until now, in MB of 10^6 bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def _peak_gigaflops(factors: type) -> float:
    """Return the speed of a product of two large matrices in JAX, for each second of processor time."""
    matrix = jax.numpy.asarray(np.random.default_rng(0).normal(size=(_PEAK_SIZE, _PEAK_SIZE)), factors)
    product = jax.jit(partial(multiply, factors))
    jax.block_until_ready(product(matrix, matrix))
    begun = time.process_time()
    for _ in range(_PEAK_PRODUCTS):
        jax.block_until_ready(product(matrix, matrix))
    return 2 * _PEAK_SIZE**3 * _PEAK_PRODUCTS / (time.process_time() - begun) / 1e9


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], [int(count) for count in sys.argv[4:]])))
