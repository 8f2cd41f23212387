"""One attempt at a job: its command runs, what it prints is kept, and faults and terminations cut it short."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from standin.batch import attempt_ending
from standin.batch.attempt_ending import Ending
from standin.batch.ecs_task import Task
from standin.execution.attempt_log import AttemptLog
from standin.execution.runners import Runner
from standin.execution.running_command import Execution
from standin.faults.fault_book import FaultBook
from standin.faults.faults import Interruption, Who
from standin.server.aws_request import Access

#: From SIGTERM to SIGKILL, in seconds. Source: AWS Batch User Guide, "Job timeouts".
_GRACE = 30.0
#: How long a request of a killed attempt waits for its sender to be gone, in seconds.
_GONE_LIMIT = 10.0


class Attempt:
    """An attempt that is made by `run`, in a thread of its own, and influenced by all other methods, from others."""

    def __init__(
        self, who: Who, runner: Runner, faults: FaultBook, timeout: float | None, role: str | None = None
    ) -> None:
        self.who = who
        #: The ARN of the role whose permissions it has; nothing: it may do everything.
        self.role = role
        #: The access key of this attempt alone: it tells from whom a request comes.
        self.access_key = f"AKIA{secrets.token_hex(8).upper()}"
        self._runner, self._faults, self._timeout = runner, faults, timeout
        self._lock = threading.RLock()
        self._execution: Execution | None = None
        self._started = 0.0
        self._cut: Ending | None = None
        self._killed = False
        self._over = threading.Event()
        self._timers: list[threading.Timer] = []
        self._armed: dict[int, Interruption] = {}
        #: How many S3 requests needed each access; all of them under nothing.
        self._requests: Counter[str | None] = Counter()

    def run(self, task: Task, log: AttemptLog, started: Callable[[], None]) -> Ending:
        """Make the attempt; `started` is called when it starts running.

        Returns:
            How it ended. By then nothing of it is left.
        """
        try:
            return self._run(task, log, started)
        finally:
            with self._lock:
                self._over.set()
                for timer in self._timers:
                    timer.cancel()

    def _run(self, task: Task, log: AttemptLog, started: Callable[[], None]) -> Ending:
        image = task.container["image"]
        if self._faults.hides_image(self.who):
            return attempt_ending.image_not_pulled(image, "ordered at /_faults")
        if why := self._runner.missing(image):
            return attempt_ending.image_not_pulled(image, why)
        with self._lock:
            if self._cut:
                return self._cut
            execution = self._execution = self._runner.start(task)
            self._started = time.monotonic()
            if self._timeout is not None:
                self._after(self._timeout, partial(self.cut_short, attempt_ending.TIMED_OUT))
            self.arm()
        started()  # outside the lock, because it takes the scheduler's
        for chunk in execution.output():
            log.write(chunk)
        code = execution.wait()
        with self._lock:
            self._over.set()
            return self._cut.with_exit_code(code) if self._cut else self._runner.ending(code)

    def arm(self) -> None:
        """Look for faults that are meant for this attempt. Called again whenever one is ordered."""
        with self._lock:
            if self._execution is None or self._over.is_set():
                return
            for number, fault in self._faults.interruptions(self.who):
                if number not in self._armed:
                    self._armed[number] = fault
                    if fault.at_request is None:
                        due = self._started + (fault.after_seconds or 0)
                        self._after(due - time.monotonic(), partial(self._strike, number, fault))

    def admit(self, accesses: Sequence[Access]) -> bool:
        """Whether an S3 request of this attempt is carried out. If not, its sender is gone when this returns."""
        with self._lock:
            kinds = {None, *(each.kind for each in accesses)}
            self._requests.update(kinds)
            for number, fault in self._armed.items():
                if fault.access in kinds and fault.at_request == self._requests[fault.access]:
                    self._strike(number, fault)
            killed = self._killed
        if killed:
            self._over.wait(_GONE_LIMIT)
        return not killed

    def _strike(self, number: int, fault: Interruption) -> None:
        with self._lock:
            if self._cut is None and not self._over.is_set() and self._faults.fire(number):
                self.cut_short(fault.ending(), _GRACE if fault.kind == "timeout" else fault.notice_seconds)

    def cut_short(self, ending: Ending, grace: float = _GRACE) -> None:
        """End the attempt with `ending`: SIGTERM, then after `grace` seconds SIGKILL. The first call decides."""
        with self._lock:
            if self._cut or self._over.is_set():
                return
            self._cut = ending
            if self._execution and grace:
                self._execution.terminate()
                self._after(grace, self.kill)
            elif self._execution:
                self.kill()

    def kill(self) -> None:
        """End everything the attempt started, at once."""
        with self._lock:
            if self._execution and not self._over.is_set():
                self._killed = True
                self._execution.kill()

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        timer = threading.Timer(max(seconds, 0), action)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()
