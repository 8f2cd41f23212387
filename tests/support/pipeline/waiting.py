"""Wait for a condition, and no longer."""

from __future__ import annotations

import time
from collections.abc import Callable


def until[Value](what: str, condition: Callable[[], Value | None], limit: float = 120, tick: float = 0.1) -> Value:
    """Call `condition` every `tick` seconds until its value is true, and return the value.

    After `limit` seconds the test fails, and the failure names `what` was awaited.
    """
    deadline = time.monotonic() + limit
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {limit:.0f} s: {what}"
        time.sleep(tick)
    return value
