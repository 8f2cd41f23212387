"""The recurrent part of the LSTM, with a backward pass that reads its weights once per frame and writes them once.

The backward pass that JAX derives adds to the gradient of the weights in each frame: 67 MB for 2,048 units. That takes
three times as long as everything else in this layer. Here, one product after the last frame computes the same sum.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike

from trainer.network.products import in_rows, multiply, sum_of_products
from trainer.network.weights import NetworkSettings

#: Outputs and cell states of one frame, both of shape (batch, units).
_State = tuple[jax.Array, jax.Array]
#: What the backward pass needs: the recurrent weights; and for each frame, the state before it and its gates.
_Kept = tuple[jax.Array, jax.Array, jax.Array, jax.Array]


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def lstm_outputs(settings: NetworkSettings, factors: DTypeLike, recurrent: jax.Array, below: jax.Array) -> jax.Array:
    """Return the output of the LSTM in each frame, shape (frames, batch, units).

    Args:
        settings: the settings of the network.
        factors: the type to which factors of products are rounded.
        recurrent: the weights of the output of the previous frame, shape (units, 4 * units), with the gates in the
            order of TensorFlow's BlockLSTM.
        below: the share of the layer below in the gates, shape (frames, batch, 4 * units).
    """
    return _forward(settings, factors, recurrent, below)[0]


def _forward(
    settings: NetworkSettings, factors: DTypeLike, recurrent: jax.Array, below: jax.Array
) -> tuple[jax.Array, _Kept]:
    recurrent = recurrent.astype(factors)

    def step(before: _State, share: jax.Array) -> tuple[_State, tuple[jax.Array, jax.Array, _State]]:
        hidden, cell = before
        gates = share + multiply(factors, hidden, recurrent)
        after = _cell(settings, gates, cell)
        return after, (after[0], gates, before)

    zeros = jnp.zeros((below.shape[1], len(recurrent)), below.dtype)
    _, (outputs, gates, (hiddens, cells)) = jax.lax.scan(step, (zeros, zeros), below)
    return outputs, (recurrent, gates, hiddens, cells)


def _backward(
    settings: NetworkSettings, factors: DTypeLike, kept: _Kept, outputs: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Return the gradients of `recurrent` and `below`, from the gradient of the outputs."""
    recurrent, gates, hiddens, cells = kept
    transposed = in_rows(recurrent.T)

    def step(after: _State, frame: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[_State, jax.Array]:
        hidden, cell = after
        output, frame_gates, cell_before = frame
        _, pull_back = jax.vjp(partial(_cell, settings), frame_gates, cell_before)
        share, cell = pull_back((hidden + output, cell))
        return (multiply(factors, share, transposed), cell), share

    zeros = jnp.zeros_like(cells[0])
    _, below = jax.lax.scan(step, (zeros, zeros), (outputs, gates, cells), reverse=True)
    return sum_of_products(factors, hiddens, below), below


lstm_outputs.defvjp(_forward, _backward)


def _cell(settings: NetworkSettings, gates: jax.Array, cell: jax.Array) -> _State:
    """Return output and cell state of a frame, from its gates and the cell state before it."""
    entry, candidate, forget, output = jnp.split(gates, 4, axis=1)
    cell = jax.nn.sigmoid(forget + settings.forget_bias) * cell + jax.nn.sigmoid(entry) * jnp.tanh(candidate)
    if settings.cell_clip is not None:
        cell = jnp.clip(cell, -settings.cell_clip, settings.cell_clip)
    return jax.nn.sigmoid(output) * jnp.tanh(cell), cell
