"""Products of matrices, which are nearly all the work of a training, and the numbers that are multiplied.

Newer processors multiply bfloat16, numbers with 8 significant bits, twice as fast as float32, which has 24. There, a
training rounds both factors of each product to bfloat16. Sums, weights and all other values stay float32. Trainings
with such products learn as well (Kalamkar and others, "A Study of BFLOAT16 for Deep Learning Training", 2019).
Recognition is never rounded, because it has to hear what the engines hear.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
from jax.experimental.layout import Layout, with_layout_constraint
from jax.typing import DTypeLike

#: The instructions that multiply bfloat16, by Linux's names.
_BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}
_PROCESSORS = Path("/proc/cpuinfo")


def fastest_factors(processors: Path = _PROCESSORS) -> DTypeLike:
    """Return the type of factors that this machine multiplies fastest.

    Args:
        processors: Linux's description of the machine's processors.
    """
    lines = processors.read_text().splitlines() if processors.exists() else []
    flags = {flag for line in lines if line.startswith("flags") for flag in line.split()}
    return jnp.bfloat16 if flags & _BFLOAT16_FLAGS else jnp.float32


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def product(factors: DTypeLike, values: jax.Array, weights: jax.Array) -> jax.Array:
    """Return the matrix product of values and weights. The products in its derivatives have the same type of factors.

    Args:
        factors: the type to which factors are rounded.
        values: shape (batch, frames, inputs).
        weights: shape (inputs, outputs).

    Returns:
        Shape (batch, frames, outputs).
    """
    return multiply(factors, values, weights)


def _forward(
    factors: DTypeLike, values: jax.Array, weights: jax.Array
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    rounded = values.astype(factors), weights.astype(factors)
    return multiply(factors, *rounded), rounded


def _backward(
    factors: DTypeLike, rounded: tuple[jax.Array, jax.Array], outputs: jax.Array
) -> tuple[jax.Array, jax.Array]:
    values, weights = rounded
    return multiply(factors, outputs, weights.T), sum_of_products(factors, values, outputs)


product.defvjp(_forward, _backward)


def multiply(factors: DTypeLike, left: jax.Array, right: jax.Array) -> jax.Array:
    """Return the matrix product of two arrays in float32, with factors that are rounded to a type."""
    return jnp.matmul(left.astype(factors), right.astype(factors), preferred_element_type=jnp.float32)


def sum_of_products(factors: DTypeLike, left: jax.Array, right: jax.Array) -> jax.Array:
    """Return the sum over `i` and `j` of the outer products of `left[i, j]` and `right[i, j]`, in float32."""
    left, right = (array.astype(factors).reshape(-1, array.shape[-1]) for array in (left, right))
    return multiply(factors, left.T if factors == jnp.float32 else in_rows(left.T), right)


def in_rows(matrix: jax.Array) -> jax.Array:
    """Return a matrix that is stored row by row. Without this, XLA only notes that a matrix is transposed.

    A product with such a note takes twice as long with bfloat16. With float32, it takes a fifth longer for a few rows,
    and not longer for many.
    """
    stored: jax.Array = with_layout_constraint(matrix, Layout((0, 1)))  # type: ignore[no-untyped-call]
    return stored
