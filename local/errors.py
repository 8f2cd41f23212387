"""Errors of the local stack; their text is all that people see of them."""

from __future__ import annotations


class StackError(Exception):
    """Raised when the local stack cannot start or a demo cannot go on. The text says why and what to do."""
