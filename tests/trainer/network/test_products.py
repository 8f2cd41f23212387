"""Products have the derivatives that JAX derives, and round their factors only if they are asked to."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.typing import DTypeLike

from trainer.network.products import fastest_factors, product

RANDOM = np.random.default_rng(0)
VALUES = jnp.asarray(RANDOM.normal(size=(3, 50, 40)), jnp.float32)
WEIGHTS = jnp.asarray(RANDOM.normal(size=(40, 30)), jnp.float32)
OUTPUT_GRADIENTS = jnp.asarray(RANDOM.normal(size=(3, 50, 30)), jnp.float32)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fpu sse avx2 avx512f avx512_bf16", jnp.bfloat16),
        ("fpu sse avx2 avx512f amx_bf16", jnp.bfloat16),
        ("fpu sse avx2 avx512f", jnp.float32),
    ],
)
def test_factors_are_rounded_on_processors_that_multiply_bfloat16(
    tmp_path: Path, flags: str, expected: DTypeLike
) -> None:
    description = tmp_path / "cpuinfo"
    description.write_text(f"processor\t: 0\nmodel name\t: some\nflags\t\t: {flags}\nbugs\t\t: amx_bf16\n\n" * 2)
    assert fastest_factors(description) == expected


def test_factors_are_not_rounded_on_unknown_processors(tmp_path: Path) -> None:
    assert fastest_factors(tmp_path / "missing") == jnp.float32


@pytest.mark.parametrize(("factors", "smallest", "largest"), [(jnp.float32, 0.0, 1e-6), (jnp.bfloat16, 1e-3, 1e-2)])
def test_products_and_derivatives_are_as_exact_as_their_factors(
    factors: DTypeLike, smallest: float, largest: float
) -> None:
    exact, exact_pull = jax.vjp(jnp.matmul, VALUES, WEIGHTS)
    outputs, pull = jax.vjp(lambda *arrays: product(factors, *arrays), VALUES, WEIGHTS)
    pairs = [(outputs, exact), *zip(pull(OUTPUT_GRADIENTS), exact_pull(OUTPUT_GRADIENTS), strict=True)]
    for computed, expected in pairs:
        assert computed.dtype == jnp.float32
        assert computed.shape == expected.shape
        assert smallest <= jnp.linalg.norm(computed - expected) / jnp.linalg.norm(expected) < largest
