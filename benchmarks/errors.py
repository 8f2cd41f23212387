"""Errors of the benchmarks. People see their text and nothing else."""

from __future__ import annotations


class BenchmarkError(Exception):
    """Raised when something cannot be measured. The text gives the cause and what to do."""
