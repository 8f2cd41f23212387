"""The faults in force, each with how often it fired."""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import Any

from local.aws.faults import Deny, Fault, ImagePull, Interruption, Throttle, Who


class FaultBook:
    """Every question that fires a fault counts it, and does so only as often as its `times` allows. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[int, Fault] = {}
        self._fired: dict[int, int] = {}
        self._last = 0

    def add(self, fault: Fault) -> int:
        """Put `fault` in force; the number it has from now on."""
        with self._lock:
            self._last += 1
            self._faults[self._last] = fault
            self._fired[self._last] = 0
            return self._last

    def clear(self) -> None:
        """End all faults."""
        with self._lock:
            self._faults.clear()

    def describe(self) -> list[dict[str, Any]]:
        """All faults in force as JSON objects, the oldest first."""
        with self._lock:
            return [
                {"id": number, "fired": self._fired[number], **asdict(fault)} for number, fault in self._faults.items()
            ]

    def interruptions(self, who: Who) -> list[tuple[int, Interruption]]:
        """What is to happen to a running attempt, each with its number, to be asked for with `fire` when it is due."""
        with self._lock:
            return [
                (number, fault)
                for number, fault in self._faults.items()
                if isinstance(fault, Interruption) and fault.concerns(who)
            ]

    def fire(self, number: int) -> bool:
        """Whether fault `number` is still in force; it counts as fired then."""
        with self._lock:
            return self._fire(number)

    def hides_image(self, who: Who) -> bool:
        """Whether the image of this attempt cannot be pulled."""
        with self._lock:
            return any(
                isinstance(fault, ImagePull) and fault.concerns(who) and self._fire(number)
                for number, fault in self._faults.items()
            )

    def throttles(self, action: str) -> bool:
        """Whether this call of a Batch action is one too many."""
        with self._lock:
            return any(
                isinstance(fault, Throttle) and fault.action == action and self._fire(number)
                for number, fault in self._faults.items()
            )

    def denies(self, who: Who | None, access: str, key: str) -> bool:
        """Whether `who`, an attempt or any other caller, may not do this to `key`."""
        with self._lock:
            return any(
                isinstance(fault, Deny) and fault.refuses(who, access, key) and self._fire(number)
                for number, fault in self._faults.items()
            )

    def _fire(self, number: int) -> bool:
        fault = self._faults.get(number)
        if fault is None or (fault.times is not None and self._fired[number] >= fault.times):
            return False
        self._fired[number] += 1
        return True
