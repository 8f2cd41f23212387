"""Errors of the local stack. Their messages are printed without a traceback."""

from __future__ import annotations


class StackError(Exception):
    """Raised when the local stack cannot start, or a command such as the demo cannot continue.

    The message says why and, where possible, what to do.
    """
