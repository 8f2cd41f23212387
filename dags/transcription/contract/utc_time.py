"""The present time as records contain it."""

from __future__ import annotations

from datetime import datetime, timezone


def now() -> str:
    """Return the present time in ISO 8601, in UTC and to the second, for example `2026-11-22T01:00:07+00:00`."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
