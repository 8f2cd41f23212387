"""Waiting for what will happen, and no longer."""

from __future__ import annotations

import time
from collections.abc import Callable


def until[Value](what: str, condition: Callable[[], Value | None], limit: float = 120, tick: float = 0.1) -> Value:
    """The first value of `condition` that is true; `what` names it for the failure after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {limit:.0f} s: {what}"
        time.sleep(tick)
    return value
