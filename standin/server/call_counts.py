"""The numbers of calls of each AWS API."""

from __future__ import annotations

import threading
from collections import Counter

from standin.server.api_call import ApiCall


class CallCounts:
    """The numbers of calls by service and action, refused calls included. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def count(self, call: ApiCall) -> None:
        """Count one call."""
        with self._lock:
            self._counts[call.service, call.action] += 1

    def clear(self) -> None:
        """Set all counts to zero."""
        with self._lock:
            self._counts.clear()

    def describe(self) -> dict[str, dict[str, int]]:
        """Return the counts as `{service: {action: count}}`."""
        document: dict[str, dict[str, int]] = {}
        with self._lock:
            for (service, action), count in sorted(self._counts.items()):
                document.setdefault(service, {})[action] = count
        return document
