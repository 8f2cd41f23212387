"""The faults in force, each with how often it fired."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from standin.faults.faults import Fault, ImagePull, Interruption, JobFault, Stuck, Who
from standin.faults.request_faults import Deny, Kill, LoseAnswer, Throttle
from standin.server.aws_request import Call


class FaultBook:
    """Every question that fires a fault counts it, and does so only as often as its `times` allows. Thread-safe.

    `who` is an attempt at a job, or nothing: any other caller.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[int, Fault] = {}
        self._fired: dict[int, int] = {}
        #: How many requests each `kill` has counted.
        self._seen: Counter[int] = Counter()
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
        return self._concerning(who, Interruption)

    def stuck(self, who: Who) -> list[tuple[int, Stuck]]:
        """What keeps this attempt from starting, each with its number, to be asked for with `fire`."""
        return self._concerning(who, Stuck)

    def kill(self, who: Who | None, call: Call) -> tuple[int, Kill] | None:
        """What kills the sender of this call, with its number, to be asked for with `fire`. Every call is counted."""
        due = None
        with self._lock:
            for number, fault in self._faults.items():
                if isinstance(fault, Kill) and fault.counts(who, call):
                    self._seen[number] += 1
                    if self._seen[number] == fault.at_request:
                        due = number, fault
        return due

    def fire(self, number: int) -> bool:
        """Whether fault `number` is still in force; it counts as fired then."""
        with self._lock:
            return self._fire(number)

    def hides_image(self, who: Who) -> bool:
        """Whether the image of this attempt cannot be pulled."""
        return self._fires(ImagePull, lambda fault: fault.concerns(who))

    def throttles(self, call: Call) -> bool:
        """Whether this call is one too many."""
        return self._fires(Throttle, lambda fault: fault.delays(call))

    def denies(self, who: Who | None, access: str, key: str) -> bool:
        """Whether `who` may not do this to `key`."""
        return self._fires(Deny, lambda fault: fault.refuses(who, access, key))

    def loses_answer(self, who: Who | None, call: Call) -> bool:
        """Whether `who` never gets the answer to this call."""
        return self._fires(LoseAnswer, lambda fault: fault.loses(who, call))

    def _concerning[T: JobFault](self, who: Who, kind: type[T]) -> list[tuple[int, T]]:
        with self._lock:
            return [
                (number, fault)
                for number, fault in self._faults.items()
                if isinstance(fault, kind) and fault.concerns(who)
            ]

    def _fires[T: Fault](self, kind: type[T], meant: Callable[[T], bool]) -> bool:
        with self._lock:
            return any(
                isinstance(fault, kind) and meant(fault) and self._fire(number)
                for number, fault in self._faults.items()
            )

    def _fire(self, number: int) -> bool:
        fault = self._faults.get(number)
        if fault is None or (fault.times is not None and self._fired[number] >= fault.times):
            return False
        self._fired[number] += 1
        return True
