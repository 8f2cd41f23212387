"""The mixtures: the old model, and each training's weights mixed with the old ones. The tuning recordings choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from trainer.evaluation.word_errors import guards_allow, word_error_rate
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import Example
from trainer.network.weights import Weights, interpolate
from trainer.recognition import recogniser_process


@dataclass(frozen=True, eq=False)
class MeasuredSet:
    """Recordings whose word error rate decides."""

    name: str
    examples: Sequence[Example]
    texts: Sequence[str]


@dataclass(frozen=True)
class Mixture:
    """A mixture, and how well it hears. Word error rates are in per cent."""

    #: The learning rate of its training; 0 for the old model.
    learning_rate: float
    #: The share of the new weights; 0 for the old model.
    share: float
    #: Without a scorer, which would hide what the training improves.
    tuning_errors: float
    #: The mean CTC loss of the tuning recordings per letter.
    tuning_loss: float
    #: By the name of the guard set. With the scorer, as in the verdict: without it, a word or two in a small set would
    #: forbid a mixture in which runs hear every word.
    guard_errors: Mapping[str, float]

    @property
    def is_old_model(self) -> bool:
        """Whether nothing would change."""
        return self.share == 0


def measure_mixtures(
    model: AcousticModel,
    folder: Path,
    trained: Mapping[float, Weights],
    tuning: MeasuredSet,
    guards: Sequence[MeasuredSet],
    *,
    shares: Sequence[float],
) -> list[Mixture]:
    """Measure the old model and all mixtures. The first mixture is the old model.

    Args:
        model: the old model.
        folder: the folder of the old model, which has the scorer, if there is one.
        trained: the weights of each training, by learning rate.
        tuning: the tuning recordings.
        guards: recordings of other speech.
        shares: the shares of the new weights, from 0 to 1.

    Raises:
        RecogniserFailed: the decoder's process failed.
    """
    pairs = [(0.0, 0.0), *((rate, share) for rate in trained for share in shares)]
    mixtures = []
    for rate, share in pairs:
        weights = mix(model, trained, rate, share)
        guard_errors = _measure_guards(model, folder, weights, guards)
        loss = float(np.mean(model.losses(tuning.examples, weights)))
        rows = model.probabilities(tuning.examples, weights)
        errors = word_error_rate(tuning.texts, [model.greedy_text(row) for row in rows])
        mixtures.append(Mixture(rate, share, errors, loss, guard_errors))
    return mixtures


def choose_mixture(mixtures: Sequence[Mixture], guard_points: float) -> Mixture:
    """Return the mixture with the fewest errors on the tuning recordings that no guard set forbids.

    Of mixtures with equally few errors, the one with the smallest loss on the tuning recordings is chosen. A few tuning
    recordings without any error cannot tell mixtures apart by their errors, but their loss can.

    Args:
        mixtures: the mixtures; the first is the old model.
        guard_points: points by which a guard set may become worse.
    """
    old = mixtures[0]
    allowed = [mixture for mixture in mixtures if guards_allow(old.guard_errors, mixture.guard_errors, guard_points)]
    return min(allowed, key=lambda mixture: (mixture.tuning_errors, mixture.tuning_loss, mixture.share))


def mix(model: AcousticModel, trained: Mapping[float, Weights], rate: float, share: float) -> Weights:
    """Return the weights of the mixture with a learning rate and a share of the new weights."""
    return interpolate(model.weights, trained[rate], share) if share else model.weights


def _measure_guards(
    model: AcousticModel, folder: Path, weights: Weights, guards: Sequence[MeasuredSet]
) -> dict[str, float]:
    rows = model.probabilities([example for guard in guards for example in guard.examples], weights)
    texts = iter(recogniser_process.decode(folder, rows)[0] if rows else [])
    return {guard.name: word_error_rate(guard.texts, list(islice(texts, len(guard.texts)))) for guard in guards}
