"""Errors of the local stack. Their text is printed without a traceback."""

from __future__ import annotations


class StackError(Exception):
    """Raised when the local stack cannot start or the demo cannot continue. The text says why and what to do."""
