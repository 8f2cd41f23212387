"""Pairs of `lm_alpha` and `lm_beta`, ranked by the errors in tuning recordings: a grid over stored probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from pathlib import Path

from trainer.evaluation.word_errors import WordErrors, compare
from trainer.network.weights import Floats
from trainer.recognition import recogniser_process
from trainer.recognition.recogniser_process import ScorerWeights

#: The weights of DeepSpeech's own scorer, which are used if there is nothing to choose by.
USUAL_WEIGHTS: ScorerWeights = (0.93, 1.18)
_ALPHAS = (0.0, 0.25, 0.5, 0.93, 1.4, 2.0, 3.0)
_BETAS = (-1.0, 0.0, 0.5, 1.18, 2.0, 3.0, 4.5)
GRID: tuple[ScorerWeights, ...] = tuple((alpha, beta) for alpha in _ALPHAS for beta in _BETAS)


@dataclass(frozen=True)
class MeasuredWeights:
    """The weights of a scorer, and its errors in the tuning recordings with them."""

    weights: ScorerWeights
    #: `None` if there are no tuning recordings.
    errors: WordErrors | None


def rank_weights(folder: Path, probabilities: Sequence[Floats], texts: Sequence[str]) -> list[MeasuredWeights]:
    """Rank pairs of weights by word errors, then by letter errors, then by the distance from DeepSpeech's own.

    Without tuning recordings, DeepSpeech's own pair is the only one.

    Args:
        folder: the model folder with the scorer.
        probabilities: of each tuning recording, shape (frames, labels + 1).
        texts: what is said in each of them.

    Raises:
        RecogniserFailed: the recogniser failed.
    """
    if not texts:
        return [MeasuredWeights(USUAL_WEIGHTS, None)]
    heard = recogniser_process.decode(folder, probabilities, GRID)
    measured = [(weights, compare(texts, results).total) for weights, results in zip(GRID, heard, strict=True)]

    def rank(choice: tuple[ScorerWeights, WordErrors]) -> tuple[int, int, float]:
        (alpha, beta), errors = choice
        distance = hypot(alpha - USUAL_WEIGHTS[0], beta - USUAL_WEIGHTS[1])
        return errors.errors, errors.letter_errors, distance

    return [MeasuredWeights(*choice) for choice in sorted(measured, key=rank)]
