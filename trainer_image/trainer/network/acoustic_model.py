"""An acoustic model file: its network, its alphabet, and what the network hears in recordings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jax
import numpy as np
import numpy.typing as npt

from trainer.network.batches import Example, group, stack
from trainer.network.forward import ctc_losses, probabilities
from trainer.network.weights import Floats, Parameters, Weights, settings_of, weights_of
from transcriber.engines.batched.mfcc import FeatureExtractor
from transcriber.model.graph import read_graph

Samples = npt.NDArray[np.int16]


class AcousticModel:
    """An acoustic model.

    Args:
        path: a `.pb` or `.pbmm` file.

    Raises:
        ModelInvalid: the file is damaged.
        GraphUnsupported: the graph does not have DeepSpeech 0.9's structure.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.graph = read_graph(path)
        self.settings = settings_of(self.graph)
        self.weights = weights_of(self.graph)
        self.sample_rate = self.graph.features.sample_rate
        #: The letter of each label. Labels of models that spell in bytes are no letters, and are refused elsewhere.
        self.letters = tuple(label.decode("utf-8", "surrogateescape") for label in self.graph.labels)
        self._extractor = FeatureExtractor(self.graph.features)

    def features(self, samples: Samples) -> Floats:
        """Return the features of 16-bit samples at the model's rate, shape (frames, coefficients)."""
        return self._extractor.frames(samples)

    def probabilities(self, examples: Sequence[Example], weights: Weights | None = None) -> list[Floats]:
        """Return the probability of each label in each frame of each recording, shape (frames, labels + 1).

        Args:
            examples: the recordings.
            weights: other weights than the model's.
        """
        parameters = _to_jax(weights or self.weights)
        results: list[Floats] = [np.empty((0, 0), np.float32)] * len(examples)
        for numbers in group(examples, range(len(examples))):
            rows = np.asarray(
                probabilities(parameters, self.settings, stack([examples[number] for number in numbers]).features)
            )
            for number, row in zip(numbers, rows, strict=False):
                results[number] = row[: len(examples[number].features)]
        return results

    def losses(self, examples: Sequence[Example], weights: Weights | None = None) -> Floats:
        """Return the CTC loss of each recording per letter, shape (recordings,)."""
        parameters = _to_jax(weights or self.weights)
        results = np.zeros(len(examples), np.float32)
        for numbers in group(examples, range(len(examples))):
            batch = stack([examples[number] for number in numbers])
            rows = np.asarray(probabilities(parameters, self.settings, batch.features))
            logarithms = np.log(np.maximum(rows, np.finfo(np.float32).tiny))
            losses = np.asarray(_jitted_losses(logarithms, batch.lengths, batch.letters, batch.counts))
            for number, loss in zip(numbers, losses, strict=False):
                results[number] = loss / max(1, len(examples[number].letters))
        return results

    def greedy_text(self, rows: Floats) -> str:
        """Return the text of the most probable label of each frame, without repetitions and blanks."""
        return greedy_text(rows, self.letters)


def greedy_text(rows: Floats, letters: Sequence[str]) -> str:
    """Return the text of the most probable label of each frame, without repetitions and blanks.

    Args:
        rows: probabilities, shape (frames, labels + 1), in which the blank is last.
        letters: the letter of each label.
    """
    best = rows.argmax(axis=1)
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    text = "".join(letters[label] for label in best[starts] if label < len(letters))
    return " ".join(text.split())


_jitted_losses = jax.jit(ctc_losses)


def _to_jax(weights: Weights) -> Parameters:
    return {role: jax.numpy.asarray(values) for role, values in weights.items()}
