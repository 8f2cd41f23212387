"""A function that waits until a condition is true."""

from __future__ import annotations

import time
from collections.abc import Callable


def until[Value](what: str, condition: Callable[[], Value | None], limit: float = 120, tick: float = 0.1) -> Value:
    """Call `condition` every `tick` seconds until it returns a true value, and return this value.

    Args:
        what: A name of the condition, for the error.
        condition: The condition.
        limit: The longest time to wait, in seconds.
        tick: The time between two calls, in seconds.

    Raises:
        AssertionError: The condition was not true within `limit` seconds.
    """
    deadline = time.monotonic() + limit
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {limit:.0f} s: {what}"
        time.sleep(tick)
    return value
