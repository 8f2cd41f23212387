"""The events of a stack."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime


def now() -> str:
    """Return the current time as a string in the format of AWS."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class StackEvent:
    """A change of status of a resource, or of the stack itself."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str
    time: str = field(default_factory=now)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
