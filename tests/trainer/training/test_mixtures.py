"""The mixture with the fewest errors is chosen, unless a guard set forbids it."""

from __future__ import annotations

from trainer.training.mixtures import Mixture, choose_mixture

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
