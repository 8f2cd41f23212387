"""Errors of the benchmarks; their text is all that people see of them."""

from __future__ import annotations


class BenchmarkError(Exception):
    """Raised when something cannot be measured. The text says why and what to do."""
