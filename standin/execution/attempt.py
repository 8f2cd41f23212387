"""One attempt at a job: it runs a command, logs the output, and can be ended early by a termination or a timeout."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from functools import partial

from standin.batch import attempt_ending
from standin.batch.attempt_ending import Ending
from standin.batch.attempt_id import AttemptId
from standin.batch.ecs_task import Task
from standin.batch.job_hooks import JobHooks
from standin.batch.jobs import now
from standin.execution.attempt_log import AttemptLog
from standin.execution.runners import Runner
from standin.execution.running_command import RunningCommand

#: Seconds from SIGTERM to SIGKILL. Source: AWS Batch User Guide, "Job timeouts".
GRACE_SECONDS = 30.0
#: Seconds that a request of a killed attempt waits until the attempt's processes are gone.
_GONE_LIMIT_SECONDS = 10.0


class Attempt:
    """One attempt at a job.

    `run` is called in a thread of its own. Other threads call the other methods.

    Args:
        attempt_id: the identity of the attempt.
        runner: runs the command.
        hooks: called when the attempt starts, makes an API call, and ends.
        timeout: the limit of the attempt, in seconds; None for no limit.
        role: the ARN of the job role; None if the job definition names none.
    """

    def __init__(
        self,
        attempt_id: AttemptId,
        runner: Runner,
        hooks: JobHooks,
        timeout: float | None,
        role: str | None = None,
    ) -> None:
        self.id = attempt_id
        #: The ARN of the job role, or None.
        self.role = role
        #: An access key that no other attempt has. The server recognises the attempt's requests by it.
        self.access_key = f"AKIA{secrets.token_hex(8).upper()}"
        #: Protects the state of the attempt. A hook holds this lock to read the state and act on it in one step.
        self.lock = threading.RLock()
        #: The time at which the command started, as `time.monotonic` returns it.
        self.started_at = 0.0
        self._runner, self._hooks, self._timeout = runner, hooks, timeout
        self._command: RunningCommand | None = None
        self._early_ending: Ending | None = None
        self._killed = False
        self._over = threading.Event()
        self._timers: list[threading.Timer] = []

    def run(self, task: Task, log: AttemptLog, started: Callable[[int], None]) -> Ending:
        """Run the command of `task` until it ends.

        Args:
            task: the command, with its environment variables and limits.
            log: receives the output of the command.
            started: called when the command has started, with the time of the start in milliseconds since 1970.

        Returns:
            How the attempt ended. By then no process of the attempt is left.
        """
        try:
            return self._run(task, log, started)
        finally:
            with self.lock:
                self._over.set()
                for timer in self._timers:
                    timer.cancel()
                self._hooks.attempt_ended(self)

    def _run(self, task: Task, log: AttemptLog, started: Callable[[int], None]) -> Ending:
        image = task.container["image"]
        if error := self._hooks.image_error(self.id) or self._runner.image_error(image):
            return attempt_ending.image_not_pulled(image, error)
        with self.lock:
            if self._early_ending:
                return self._early_ending
            # Read before the start: a short command may be over before this thread runs again.
            start_milliseconds = now()
            command = self._command = self._runner.start(task)
            self.started_at = time.monotonic()
            if self._timeout is not None:
                self.call_after(self._timeout, partial(self.cut_short, attempt_ending.TIMED_OUT))
            self._hooks.attempt_started(self)
        started(start_milliseconds)  # outside the attempt's lock, because `started` takes the scheduler's lock
        for chunk in command.output():
            log.write(chunk)
        code = command.wait()
        with self.lock:
            self._over.set()
            return self._early_ending.with_exit_code(code) if self._early_ending else self._runner.ending(code)

    def is_killed(self) -> bool:
        """Return whether SIGKILL was sent. If so, the server carries out no more requests of the attempt."""
        with self.lock:
            return self._killed

    def wait_until_gone(self) -> None:
        """Wait until no process of a killed attempt is left, for at most ten seconds."""
        self._over.wait(_GONE_LIMIT_SECONDS)

    def call_after(self, seconds: float, action: Callable[[], None]) -> None:
        """Call `action` after `seconds` seconds in a thread of its own, unless the attempt has ended by then."""
        if self._over.is_set():
            return
        timer = threading.Timer(max(seconds, 0), action)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def can_be_cut_short(self) -> bool:
        """Return whether the attempt is running and is not being ended early already."""
        return self._early_ending is None and not self._over.is_set()

    def cut_short(self, ending: Ending, grace: float = GRACE_SECONDS) -> None:
        """End the attempt early, and record `ending` as the way in which it ended.

        The command gets SIGTERM, and SIGKILL `grace` seconds later. If `grace` is 0, it gets SIGKILL at once. If the
        attempt has ended or is being ended early already, the call has no effect.
        """
        with self.lock:
            if not self.can_be_cut_short():
                return
            self._early_ending = ending
            if self._command and grace:
                self._command.terminate()
                self.call_after(grace, self.kill)
            elif self._command:
                self.kill()

    def kill(self) -> None:
        """Send SIGKILL to every process of the attempt."""
        with self.lock:
            if self._command and not self._over.is_set():
                self._killed = True
                self._command.kill()
