"""How often each AWS API was called."""

from __future__ import annotations

import threading
from collections import Counter


class Calls:
    """Counts of all calls that arrived, refused ones too, by service and action. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def count(self, service: str, action: str) -> None:
        """One more call."""
        with self._lock:
            self._counts[service, action] += 1

    def clear(self) -> None:
        """Start again from zero."""
        with self._lock:
            self._counts.clear()

    def describe(self) -> dict[str, dict[str, int]]:
        """`{service: {action: count}}`."""
        document: dict[str, dict[str, int]] = {}
        with self._lock:
            for (service, action), count in sorted(self._counts.items()):
                document.setdefault(service, {})[action] = count
        return document
