"""Mutants of a scorer: copies that are damaged in many ways. Each call makes the same mutants."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator, Sequence

_EDGE_BYTES = (0, 1, 0x7F, 0x80, 0xFF)
_EDGE_NUMBERS = (0, 1, 2, 2**16, 2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1)

#: A description of the damage, and the damaged file.
Mutant = tuple[str, bytes]


def mutants(data: bytes, borders: Sequence[int], count: int) -> Iterator[Mutant]:
    """Yield mutants of a scorer, each once.

    Args:
        data: the scorer.
        borders: the offsets at which its parts begin.
        count: the number of mutants of each random kind.
    """
    seen = {data}
    for name, mutant in _all_mutants(data, borders, count):
        if mutant not in seen:
            seen.add(mutant)
            yield name, mutant


def _all_mutants(data: bytes, borders: Sequence[int], count: int) -> Iterator[Mutant]:
    rng = random.Random(len(data))  # noqa: S311 - the same in every run
    for border in (*borders, len(data)):
        for length in range(max(0, border - 9), min(len(data), border + 9)):
            yield f"the first {length} bytes", data[:length]
        for number in _EDGE_NUMBERS:
            for layout in ("<I", "<Q"):
                for offset in range(border, border + 48, 4):
                    value = number & (2**32 - 1 if layout == "<I" else 2**64 - 1)
                    yield f"{layout}{value} at {offset}", _replaced(data, offset, struct.pack(layout, value))
    for _ in range(count):
        offset = rng.randrange(len(data))
        yield f"bit at {offset}", _replaced(data, offset, bytes([data[offset] ^ 1 << rng.randrange(8)]))
        yield f"byte at {offset}", _replaced(data, offset, bytes([rng.choice(_EDGE_BYTES)]))
        length = rng.randrange(2, 65)
        yield f"{length} random bytes at {offset}", _replaced(data, offset, rng.randbytes(length))
        yield f"{length} zeros at {offset}", _replaced(data, offset, bytes(length))
        yield f"without {length} bytes at {offset}", data[:offset] + data[offset + length :]
        yield f"{length} more bytes at {offset}", data[:offset] + rng.randbytes(length) + data[offset:]
        yield f"the first {offset} bytes", data[:offset]


def _replaced(data: bytes, offset: int, new: bytes) -> bytes:
    """Return `data` with other bytes at `offset`, and of the same length."""
    return (data[:offset] + new + data[offset + len(new) :])[: len(data)]
