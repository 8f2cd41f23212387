"""How each type of resource is made. One file for each part of AWS."""

from __future__ import annotations

from importlib import import_module

_FILES = (
    "alerts",
    "batch",
    "buckets",
    "custom",
    "functions",
    "images",
    "logs",
    "mwaa",
    "network",
    "parameters",
    "roles",
)


def load() -> None:
    """Make all of them known."""
    for name in _FILES:
        import_module(f"{__name__}.{name}")
