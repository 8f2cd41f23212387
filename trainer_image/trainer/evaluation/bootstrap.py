"""The bootstrap: what chance explains of a difference between two models on the same recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.evaluation.word_errors import WordErrors

_SAMPLES = 10_000
#: Per cent of the samples below and above the interval.
_TAIL = 2.5


@dataclass(frozen=True)
class Interval:
    """An interval that contains 95 % of what chance makes of a difference, in points of word error rate."""

    low: float
    high: float


def improvement_interval(old: Sequence[WordErrors], new: Sequence[WordErrors]) -> Interval:
    """Return the 95 % interval of the improvement, from recordings that are drawn again and again.

    Args:
        old: the errors of the old model, recording by recording.
        new: the errors of the new model on the same recordings.

    Returns:
        The interval of the old rate minus the new one. If it is above 0, the new model is better beyond chance.
    """
    if not old:
        return Interval(0.0, 0.0)
    words = np.array([errors.words for errors in old], np.float64)
    fewer = np.array([before.errors - after.errors for before, after in zip(old, new, strict=True)], np.float64)
    draws = np.random.default_rng(0).multinomial(len(old), np.full(len(old), 1 / len(old)), _SAMPLES)
    improvements = 100 * (draws @ fewer) / np.maximum(draws @ words, 1)
    low, high = np.percentile(improvements, [_TAIL, 100 - _TAIL])
    return Interval(float(low), float(high))
