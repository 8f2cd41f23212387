"""The faults of jobs. The scheduler and the attempts call this code at fixed points, through hooks."""

from __future__ import annotations

import threading
import time
from collections import Counter
from functools import partial

from standin.batch.attempt_id import AttemptId
from standin.batch.job_hooks import JobHooks
from standin.batch.jobs import Job, Status
from standin.execution.attempt import GRACE_SECONDS, Attempt
from standin.faults.fault import Interruption
from standin.faults.fault_book import FaultBook
from standin.server.api_call import ApiCall


class JobFaults(JobHooks):
    """Hooks that cause the faults of jobs in a fault book."""

    def __init__(self, book: FaultBook) -> None:
        self._book = book
        self._lock = threading.Lock()
        #: The interruptions of running attempts, by access key.
        self._interruptions: dict[str, AttemptInterruptions] = {}

    def faults_changed(self) -> None:
        """Arm the interruptions that were added for running attempts: from now on they can fire."""
        with self._lock:
            running = list(self._interruptions.values())
        for interruptions in running:
            interruptions.arm()

    def job_waits(self, job: Job) -> None:
        """Hold a waiting job if a `stuck` fault is in force for it; otherwise release it."""
        faults = self._book.stuck(job.next_attempt())
        if not faults:
            job.release()
        elif job.status is Status.RUNNABLE and not job.held:
            for number, fault in faults:
                if self._book.fire(number):
                    return job.hold(fault.reason)

    def image_error(self, attempt_id: AttemptId) -> str | None:
        """Return an error if an `image_pull` fault is in force for the attempt; otherwise None."""
        return "ordered at /_faults" if self._book.hides_image(attempt_id) else None

    def attempt_started(self, attempt: Attempt) -> None:
        """Arm the interruptions of an attempt: from now on they can fire."""
        interruptions = AttemptInterruptions(attempt, self._book)
        with self._lock:
            self._interruptions[attempt.access_key] = interruptions
        interruptions.arm()

    def attempt_calls(self, attempt: Attempt, call: ApiCall) -> None:
        """Count the call, and interrupt the attempt if an interruption has chosen this call."""
        with attempt.lock, self._lock:
            interruptions = self._interruptions.get(attempt.access_key)
        if interruptions:
            interruptions.count(call)

    def attempt_ended(self, attempt: Attempt) -> None:
        """Forget the interruptions of an attempt."""
        with self._lock:
            self._interruptions.pop(attempt.access_key, None)


class AttemptInterruptions:
    """The interruptions of one running attempt. The attempt's lock protects them."""

    def __init__(self, attempt: Attempt, book: FaultBook) -> None:
        self._attempt, self._book = attempt, book
        self._armed: dict[int, Interruption] = {}
        #: The number of calls with each kind of access to S3. The number under None counts all calls.
        self._calls: Counter[str | None] = Counter()

    def arm(self) -> None:
        """Arm the interruptions that are not armed yet.

        This starts a timer for each interruption without `at_request`. The others wait for a call of `count`.
        """
        with self._attempt.lock:
            for number, fault in self._book.interruptions(self._attempt.id):
                if number not in self._armed:
                    self._armed[number] = fault
                    if fault.at_request is None:
                        due = self._attempt.started_at + (fault.after_seconds or 0)
                        self._attempt.call_after(due - time.monotonic(), partial(self._interrupt, number, fault))

    def count(self, call: ApiCall) -> None:
        """Count a call of the attempt, and interrupt the attempt if an interruption has chosen this call."""
        with self._attempt.lock:
            kinds = {None, *(access.kind for access in call.accesses)}
            self._calls.update(kinds)
            for number, fault in self._armed.items():
                if fault.access in kinds and fault.at_request == self._calls[fault.access]:
                    self._interrupt(number, fault)

    def _interrupt(self, number: int, fault: Interruption) -> None:
        with self._attempt.lock:
            if self._attempt.can_be_cut_short() and self._book.fire(number):
                grace = GRACE_SECONDS if fault.kind == "timeout" else fault.notice_seconds
                self._attempt.cut_short(fault.ending(), grace)
