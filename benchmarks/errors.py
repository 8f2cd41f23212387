"""Errors of the benchmarks. The command prints the text of an error, without a traceback."""

from __future__ import annotations


class BenchmarkError(Exception):
    """Raised when something cannot be measured. The text gives the cause and what to do."""
