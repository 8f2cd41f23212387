"""The running attempts, each in a thread of its own."""

from __future__ import annotations

import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from moto.batch.models import ComputeEnvironment

from standin.batch import attempt_ending, ecs_task
from standin.batch.attempt_ending import Ending
from standin.batch.job_hooks import JobHooks
from standin.batch.jobs import AttemptRecord, Job, Status, now
from standin.execution.attempt import Attempt
from standin.execution.attempt_log import AttemptLog
from standin.execution.runners import Runner


class Attempts:
    """The running attempts, and the code that starts and stops them.

    Args:
        runner: runs the commands of attempts.
        hooks: called at fixed points of attempts.
        state: folder for logs and temporary files.
        lock: the scheduler's lock, which protects all jobs.
    """

    def __init__(self, runner: Runner, hooks: JobHooks, state: Path, lock: threading.Condition) -> None:
        #: All attempts by access key. Ended attempts stay, because their last requests may still arrive.
        self.by_access_key: dict[str, Attempt] = {}
        #: The address at which commands find AWS.
        self.endpoint = ""
        self._runner, self._hooks, self._state, self._lock = runner, hooks, state, lock
        self._running: dict[Job, tuple[Attempt, threading.Thread]] = {}

    def running(self, job: Job) -> Attempt | None:
        """Return the running attempt at `job`; None if there is none."""
        return self._running[job][0] if job in self._running else None

    def start(self, job: Job, environment: ComputeEnvironment, ended: Callable[[Ending], None]) -> None:
        """Start the next attempt at `job`.

        Args:
            job: the job.
            environment: the compute environment in which the attempt runs.
            ended: called under the lock when no process of the attempt is left.
        """
        job.enter(Status.STARTING)
        role = job.submission.container.get("jobRoleArn")
        attempt = Attempt(job.next_attempt(), self._runner, self._hooks, job.submission.timeout, role)
        self.by_access_key[attempt.access_key] = attempt
        record = ecs_task.make_record(job)
        job.attempts.append(record)
        thread = threading.Thread(target=self._make, args=(job, attempt, record, environment, ended), daemon=True)
        self._running[job] = (attempt, thread)
        thread.start()

    def stop(self) -> None:
        """Kill all attempts. When this method returns, no process of an attempt is left."""
        with self._lock:
            running = list(self._running.values())
        for attempt, _ in running:
            attempt.cut_short(attempt_ending.terminated("The stand-in was stopped"), grace=0)
            attempt.kill()
        for _, thread in running:
            thread.join()

    def _make(
        self,
        job: Job,
        attempt: Attempt,
        record: AttemptRecord,
        environment: ComputeEnvironment,
        ended: Callable[[Ending], None],
    ) -> None:
        """Run an attempt, record how it ended, and call `ended`. This method runs in the attempt's thread."""
        try:
            ending = self._run(job, attempt, record, environment)
        except Exception as error:  # noqa: BLE001  (the job must not stay RUNNING for ever)
            traceback.print_exc(file=sys.stderr)
            ending = attempt_ending.not_started(f"{type(error).__name__}: {error}")
        with self._lock:
            record.stopped_at, record.ending = now(), ending
            del self._running[job]
            ended(ending)

    def _run(self, job: Job, attempt: Attempt, record: AttemptRecord, environment: ComputeEnvironment) -> Ending:
        attempt_id = attempt.id
        path = self._state / "logs" / "batch" / attempt_id.job / f"{attempt_id.child}-{attempt_id.attempt}.log"
        logs = job.submission.queue.backend.logs_backend
        with (
            AttemptLog(path, logs, ecs_task.log_group(job), record.log_stream) as log,
            tempfile.TemporaryDirectory(dir=self._state / "tmp", ignore_cleanup_errors=True) as folder,
        ):
            task = ecs_task.make(
                job,
                attempt_id.attempt,
                environment,
                access_key=attempt.access_key,
                endpoint=self.endpoint,
                folder=Path(folder),
            )
            return attempt.run(task, log, partial(self._started, job, record))

    def _started(self, job: Job, record: AttemptRecord, milliseconds: int) -> None:
        with self._lock:
            record.started_at = job.started_at = milliseconds
            job.enter(Status.RUNNING)
