"""The mixture with the fewest errors is chosen, unless a guard set forbids it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from trainer.evaluation.word_errors import word_error_rate
from trainer.network.acoustic_model import AcousticModel
from trainer.network.batches import Example
from trainer.recognition import recogniser_process
from trainer.training.mixtures import MeasuredSet, Mixture, choose_mixture, measure_mixtures

OLD = Mixture(0.0, 0.0, 15.0, 0.5, {"others": 2.0})


def test_the_fewest_errors_win() -> None:
    half, full = Mixture(3e-4, 0.5, 9.0, 0.3, {"others": 2.0}), Mixture(3e-4, 1.0, 7.0, 0.4, {"others": 3.4})
    assert choose_mixture([OLD, half, full], 1.5) == full


def test_a_guard_set_forbids_a_mixture() -> None:
    half, full = Mixture(3e-4, 0.5, 9.0, 0.3, {"others": 3.5}), Mixture(3e-4, 1.0, 7.0, 0.2, {"others": 3.6})
    assert choose_mixture([OLD, half, full], 1.5) == half


def test_the_smaller_loss_wins_a_tie() -> None:
    losses = {3e-4: 0.2, 1e-3: 0.1, 1e-2: 0.4}
    mixtures = [Mixture(rate, 0.25, 15.0, loss, {"others": 2.0}) for rate, loss in losses.items()]
    assert choose_mixture([OLD, *mixtures], 1.5) == mixtures[1]


def test_the_old_model_is_always_allowed() -> None:
    assert choose_mixture([OLD, Mixture(1e-3, 0.25, 15.0, 0.6, {"others": 2.0})], 1.5).is_old_model
    assert choose_mixture([OLD, Mixture(1e-3, 0.25, 15.0, 0.5, {"others": 2.0})], 1.5).is_old_model
    assert choose_mixture([OLD, Mixture(1e-3, 1.0, 2.0, 0.1, {"others": 9.0})], 1.5).is_old_model


def test_the_guard_sets_are_heard_with_the_scorer_and_the_tuning_recordings_without(
    demo_model: AcousticModel, demo_folder: Path, clips: list[tuple[npt.NDArray[np.int16], str]]
) -> None:
    random = np.random.default_rng(5)
    noisy = {
        role: values + np.float32(0.4 * values.std()) * random.standard_normal(values.shape, np.float32)
        for role, values in demo_model.weights.items()
    }
    examples, texts = [Example(demo_model.features(samples), ()) for samples, _ in clips], [text for _, text in clips]
    guards = [MeasuredSet("first", examples[:3], texts[:3]), MeasuredSet("others", examples[3:], texts[3:])]
    tuning = MeasuredSet("tuning", examples, texts)
    _, mixture = measure_mixtures(demo_model, demo_folder, {1e-3: noisy}, tuning, guards, shares=[1.0])
    rows = demo_model.probabilities(examples, noisy)
    [heard] = recogniser_process.decode(demo_folder, rows)
    assert mixture.guard_errors == {
        "first": word_error_rate(texts[:3], heard[:3]),
        "others": word_error_rate(texts[3:], heard[3:]),
    }
    assert mixture.tuning_errors == word_error_rate(texts, [demo_model.greedy_text(row) for row in rows])
    assert mixture.tuning_errors > word_error_rate(texts, heard) > 0
