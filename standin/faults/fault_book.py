"""The faults in force: those that were ordered and not ended, with the number of times that each has fired."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from standin.batch.attempt_id import AttemptId
from standin.faults.fault import Fault, ImagePull, Interruption, JobFault, Stuck
from standin.faults.request_fault import Deny, Kill, LoseAnswer, Throttle
from standin.server.api_call import ApiCall


class FaultBook:
    """The faults in force. A fault fires at most `times` times, and each time is counted. Thread-safe.

    The argument `sender` of a method is the attempt that sends a request, or None for every other client.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[int, Fault] = {}
        self._fired: dict[int, int] = {}
        #: How many requests each `kill` fault has counted.
        self._counted: Counter[int] = Counter()
        self._last_number = 0

    def add(self, fault: Fault) -> int:
        """Put a fault in force and return its number."""
        with self._lock:
            self._last_number += 1
            self._faults[self._last_number] = fault
            self._fired[self._last_number] = 0
            return self._last_number

    def clear(self) -> None:
        """End all faults."""
        with self._lock:
            self._faults.clear()

    def describe(self) -> list[dict[str, Any]]:
        """Return all faults in force as JSON objects, the oldest first."""
        with self._lock:
            return [
                {"id": number, "fired": self._fired[number], **asdict(fault)} for number, fault in self._faults.items()
            ]

    def interruptions(self, attempt_id: AttemptId) -> list[tuple[int, Interruption]]:
        """Return the interruptions for an attempt, each with its number.

        The caller interrupts the attempt when an interruption is due, and calls `fire` just before.
        """
        return self._concerning(attempt_id, Interruption)

    def stuck(self, attempt_id: AttemptId) -> list[tuple[int, Stuck]]:
        """Return the `stuck` faults for an attempt, each with its number.

        The caller calls `fire`, and holds the job if the fault was counted.
        """
        return self._concerning(attempt_id, Stuck)

    def due_kill(self, sender: AttemptId | None, call: ApiCall) -> tuple[int, Kill] | None:
        """Count a call for every `kill` fault.

        Returns:
            The `kill` fault that has chosen this call, with its number; None if there is none. The caller kills the
            sender and then calls `fire`.
        """
        due = None
        with self._lock:
            for number, fault in self._faults.items():
                if isinstance(fault, Kill) and fault.counts(sender, call):
                    self._counted[number] += 1
                    if self._counted[number] == fault.at_request:
                        due = number, fault
        return due

    def fire(self, number: int) -> bool:
        """Count a fault as fired, if it is still in force and has fired fewer than `times` times.

        Returns:
            Whether the fault was counted. If not, the caller must not cause the failure.
        """
        with self._lock:
            return self._fire(number)

    def hides_image(self, attempt_id: AttemptId) -> bool:
        """Return whether an `image_pull` fault is in force for the attempt. If so, count it as fired."""
        return self._fires(ImagePull, lambda fault: fault.concerns(attempt_id))

    def throttles(self, call: ApiCall) -> bool:
        """Return whether a `throttle` fault is in force for this call. If so, count it as fired."""
        return self._fires(Throttle, lambda fault: fault.concerns_call(call))

    def denies(self, sender: AttemptId | None, access: str, key: str) -> bool:
        """Return whether a `deny` fault is in force for this kind of access to `key`. If so, count it as fired."""
        return self._fires(Deny, lambda fault: fault.refuses(sender, access, key))

    def loses_answer(self, sender: AttemptId | None, call: ApiCall) -> bool:
        """Return whether a `lose_answer` fault is in force for this call. If so, count it as fired."""
        return self._fires(LoseAnswer, lambda fault: fault.concerns_call(sender, call))

    def _concerning[T: JobFault](self, attempt_id: AttemptId, kind: type[T]) -> list[tuple[int, T]]:
        with self._lock:
            return [
                (number, fault)
                for number, fault in self._faults.items()
                if isinstance(fault, kind) and fault.concerns(attempt_id)
            ]

    def _fires[T: Fault](self, kind: type[T], concerns: Callable[[T], bool]) -> bool:
        """Count as fired the first fault that is of type `kind`, for which `concerns` is true, and that can still fire.

        Returns:
            Whether there was such a fault.
        """
        with self._lock:
            return any(
                isinstance(fault, kind) and concerns(fault) and self._fire(number)
                for number, fault in self._faults.items()
            )

    def _fire(self, number: int) -> bool:
        fault = self._faults.get(number)
        if fault is None or (fault.times is not None and self._fired[number] >= fault.times):
            return False
        self._fired[number] += 1
        return True
