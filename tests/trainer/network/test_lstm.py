"""The LSTM's own backward pass gives the gradients that JAX derives from the forward pass."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.typing import DTypeLike

from trainer.network.lstm import lstm_outputs
from trainer.network.weights import NetworkSettings

FRAMES, ROWS, UNITS = 7, 3, 5


def _plain(settings: NetworkSettings, recurrent: jax.Array, below: jax.Array) -> jax.Array:
    """Return what `lstm_outputs` returns, without a backward pass of its own."""
    hidden = cell = jnp.zeros((ROWS, UNITS))
    outputs = []
    for share in below:
        entry, candidate, forget, output = jnp.split(share + hidden @ recurrent, 4, axis=1)
        cell = jax.nn.sigmoid(forget + settings.forget_bias) * cell + jax.nn.sigmoid(entry) * jnp.tanh(candidate)
        if settings.cell_clip is not None:
            cell = jnp.clip(cell, -settings.cell_clip, settings.cell_clip)
        hidden = jax.nn.sigmoid(output) * jnp.tanh(cell)
        outputs.append(hidden)
    return jnp.stack(outputs)


@pytest.mark.parametrize("cell_clip", [None, 0.3])
@pytest.mark.parametrize(("factors", "smallest", "tolerance"), [(jnp.float32, 0.0, 1e-6), (jnp.bfloat16, 1e-4, 1e-2)])
def test_gradients_equal_those_of_the_forward_pass(
    cell_clip: float | None, factors: DTypeLike, smallest: float, tolerance: float
) -> None:
    settings = NetworkSettings(context=9, relu_clip=20.0, forget_bias=1.5, cell_clip=cell_clip)
    random = np.random.default_rng(0)
    recurrent = jnp.asarray(random.normal(0, 0.7, (UNITS, 4 * UNITS)), jnp.float32)
    below = jnp.asarray(random.normal(0, 1, (FRAMES, ROWS, 4 * UNITS)), jnp.float32)
    weights = jnp.asarray(random.normal(0, 1, (FRAMES, ROWS, UNITS)), jnp.float32)

    expected, expected_pull = jax.vjp(lambda *arrays: _plain(settings, *arrays), recurrent, below)
    outputs, pull = jax.vjp(lambda *arrays: lstm_outputs(settings, factors, *arrays), recurrent, below)
    assert smallest <= np.abs(outputs - expected).max() < tolerance
    if cell_clip is not None:
        assert (np.abs(_plain(NetworkSettings(9, 20.0, 1.5, None), recurrent, below) - expected)).max() > 0.05
    for gradient, wanted in zip(pull(weights), expected_pull(weights), strict=True):
        assert gradient.shape == wanted.shape
        assert np.abs(wanted).max() > 0.1
        assert smallest <= np.abs(gradient - wanted).max() < 10 * tolerance * np.abs(wanted).max()
