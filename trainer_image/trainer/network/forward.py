"""The forward pass of DeepSpeech's network, and its CTC loss, in JAX."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import optax
from jax.typing import DTypeLike

from trainer.network.lstm import lstm_outputs
from trainer.network.products import product
from trainer.network.weights import NetworkSettings, Parameters

#: Share of the outputs of dense layers that training sets to zero.
DROPOUT = 0.05


def logits(
    parameters: Parameters,
    settings: NetworkSettings,
    features: jax.Array,
    statistics: tuple[jax.Array, jax.Array],
    dropout_key: jax.Array | None = None,
    *,
    factors: DTypeLike = jnp.float32,
) -> jax.Array:
    """Return the logit of each label in each frame, shape (batch, frames, labels + 1), in which the blank is last.

    As in DeepSpeech's client, the frames before the first and after the last frame are zeros.

    Args:
        parameters: the weights.
        settings: the settings of the network.
        features: raw features, shape (batch, frames, coefficients). Shorter recordings end in zeros.
        statistics: mean and deviation of the features, for which the weights are.
        dropout_key: the random key of dropout in training, or `None` for recognition.
        factors: the type to which factors of products are rounded.
    """
    mean, deviation = statistics
    keys: list[jax.Array | None] = [None] * 4 if dropout_key is None else list(jax.random.split(dropout_key, 4))
    padded = jnp.pad(features, ((0, 0), (settings.context, settings.context), (0, 0)))
    normal = (padded - mean) / deviation
    frames = features.shape[1]
    values = jnp.concatenate([normal[:, start : start + frames] for start in range(2 * settings.context + 1)], axis=2)
    for name, key in zip(("layer_1", "layer_2", "layer_3"), keys[:3], strict=True):
        values = _dropped(_clipped(parameters, name, values, settings, factors), key)
    values = _recurrent(parameters, settings, values, factors)
    values = _dropped(_clipped(parameters, "layer_5", values, settings, factors), keys[3])
    return _dense(parameters, "layer_6", values, factors)


@partial(jax.jit, static_argnames="settings")
def probabilities(parameters: Parameters, settings: NetworkSettings, features: jax.Array) -> jax.Array:
    """Return the probability of each label in each frame, for weights that take raw features."""
    size = features.shape[2]
    return jax.nn.softmax(logits(parameters, settings, features, (jnp.zeros(size), jnp.ones(size))), axis=2)


def ctc_losses(scores: jax.Array, lengths: jax.Array, letters: jax.Array, counts: jax.Array) -> jax.Array:
    """Return the CTC loss of each recording, shape (batch,).

    Args:
        scores: the logits, shape (batch, frames, labels + 1).
        lengths: the number of frames of each recording.
        letters: the labels of each text, shape (batch, most letters).
        counts: the number of letters of each text.
    """
    beyond = (jnp.arange(scores.shape[1]) >= lengths[:, None]).astype(scores.dtype)
    unused = (jnp.arange(letters.shape[1]) >= counts[:, None]).astype(scores.dtype)
    losses: jax.Array = optax.ctc_loss(scores, beyond, letters, unused, blank_id=scores.shape[2] - 1)
    return losses


def _clipped(
    parameters: Parameters, name: str, values: jax.Array, settings: NetworkSettings, factors: DTypeLike
) -> jax.Array:
    return jnp.clip(_dense(parameters, name, values, factors), 0, settings.relu_clip)


def _dense(parameters: Parameters, name: str, values: jax.Array, factors: DTypeLike) -> jax.Array:
    return product(factors, values, parameters[f"{name}.weights"]) + parameters[f"{name}.biases"]


def _dropped(values: jax.Array, key: jax.Array | None) -> jax.Array:
    if key is None:
        return values
    return jnp.where(jax.random.bernoulli(key, 1 - DROPOUT, values.shape), values / (1 - DROPOUT), 0)


def _recurrent(parameters: Parameters, settings: NetworkSettings, values: jax.Array, factors: DTypeLike) -> jax.Array:
    """Return the output of the LSTM, shape (batch, frames, units)."""
    inputs = values.shape[2]
    kernel = parameters["lstm.kernel"]
    # The share of the layer below does not depend on the previous frame, so one product computes it for all frames.
    below = jnp.swapaxes(product(factors, values, kernel[:inputs]) + parameters["lstm.biases"], 0, 1)
    return jnp.swapaxes(lstm_outputs(settings, factors, kernel[inputs:], below), 0, 1)
