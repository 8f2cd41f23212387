"""The scheduler: it starts, retries, cancels and terminates jobs."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from functools import partial
from pathlib import Path

from moto.batch.models import ComputeEnvironment, JobQueue

from standin.batch import attempt_ending, capacity
from standin.batch.attempt_ending import Ending
from standin.batch.capacity import Capacity
from standin.batch.job_hooks import JobHooks
from standin.batch.jobs import FINISHED, WAITING, AnyJob, Array, Job, Status
from standin.execution.attempts import Attempts
from standin.execution.runners import Runner

#: Source: AWS Batch User Guide, "Jobs stuck in a RUNNABLE status".
_TOO_LARGE = (
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - "
    "CE(s) associated with the job queue cannot meet the CPU requirement of the job."
)


class Scheduler:
    """The scheduler. It starts the jobs of each queue in the order of submission, as soon as enough vCPUs are free.

    `changed` is a condition variable. Hold it to read or change a job. Notify it after a change, so that the scheduler
    looks for jobs to start.

    Args:
        runner: runs the commands of attempts.
        hooks: called at fixed points of jobs and attempts.
        state: folder for logs and temporary files.
    """

    def __init__(self, runner: Runner, hooks: JobHooks, state: Path) -> None:
        self.changed = threading.Condition(threading.RLock())
        #: All jobs by id, children included. The id of a child is `{parent}:{index}`.
        self.jobs: dict[str, AnyJob] = {}
        #: Single jobs and arrays by queue, in the order of submission.
        self.submissions: dict[JobQueue, list[AnyJob]] = defaultdict(list)
        self.hooks = hooks
        self.attempts = Attempts(runner, hooks, state, self.changed)
        self._capacity = Capacity()
        self._submitted: deque[Job] = deque()
        self._waiting: dict[JobQueue, deque[Job]] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name="scheduler", daemon=True)

    def start(self, endpoint: str) -> None:
        """Begin to run jobs. Their commands find AWS at the address `endpoint`."""
        self.attempts.endpoint = endpoint
        self._thread.start()

    def stop(self) -> None:
        """Start no more jobs, and kill the running attempts. When this returns, no process of an attempt is left."""
        with self.changed:
            self._stopping = True
            self.changed.notify()
        self.attempts.stop()

    def wake(self) -> None:
        """Look for jobs to start, because a queue or a compute environment has changed."""
        with self.changed:
            self.changed.notify()

    def submit(self, job: AnyJob) -> None:
        """Add a new job, or an array with its children."""
        with self.changed:
            self.jobs[job.job_id] = job
            self.submissions[job.submission.queue].append(job)
            children = job.children if isinstance(job, Array) else [job]
            for child in children:
                self.jobs[child.job_id] = child
            self._submitted.extend(children)
            self.changed.notify()

    def cancel(self, job_id: str, reason: str) -> None:
        """Carry out CancelJob: fail the job, or the children of the array, with `reason`.

        Jobs that have started are not affected.
        """
        with self.changed:
            for job in self._unfinished(job_id):
                if isinstance(job, Array) or job.status in WAITING:
                    job.is_cancelled, job.end_reason = True, reason
                if isinstance(job, Job) and job.status in WAITING:
                    job.enter(Status.FAILED, reason)
            self.changed.notify()

    def terminate(self, job_id: str, reason: str) -> None:
        """Carry out TerminateJob: fail the job, or all children of the array, with `reason`.

        A second call changes nothing.
        """
        attempts = []
        with self.changed:
            for job in self._unfinished(job_id):
                if not job.is_terminated:
                    job.is_terminated, job.end_reason = True, reason
                    if isinstance(job, Job) and job.status in WAITING:
                        job.enter(Status.FAILED, reason)
                    elif isinstance(job, Job) and (attempt := self.attempts.running(job)):
                        attempts.append(attempt)
            self.changed.notify()
        for attempt in attempts:
            attempt.cut_short(attempt_ending.terminated(reason))

    def _unfinished(self, job_id: str) -> list[AnyJob]:
        """Return the job and its children, without those that have finished; an empty list for an unknown id."""
        job = self.jobs.get(job_id)
        family: list[AnyJob] = [] if job is None else [job, *(job.children if isinstance(job, Array) else ())]
        return [job for job in family if job.status not in FINISHED]

    def check_waiting_jobs(self) -> None:
        """Call the hook `job_waits` again for each waiting job, because the faults have changed."""
        with self.changed:
            for waiting in self._waiting.values():
                for job in waiting:
                    self.hooks.job_waits(job)
            self.changed.notify()

    def _loop(self) -> None:
        with self.changed:
            while not self._stopping:
                while self._submitted:
                    job = self._submitted.popleft()
                    if job.status is Status.SUBMITTED:  # otherwise it was cancelled
                        job.enter(Status.PENDING)
                        job.enter(Status.RUNNABLE)
                        self.hooks.job_waits(job)
                        self._waiting.setdefault(job.submission.queue, deque()).append(job)
                for queue in sorted(self._waiting, key=lambda queue: int(queue.priority), reverse=True):
                    self._start_jobs(queue, self._waiting[queue])
                self.changed.wait()

    def _start_jobs(self, queue: JobQueue, waiting: deque[Job]) -> None:
        """Start jobs of a queue in their order. If a job cannot start yet, all later jobs of the queue wait, too."""
        while waiting:
            job = waiting[0]
            if job.status is Status.RUNNABLE:  # otherwise it was cancelled
                if job.held:
                    return
                environment = self._capacity.find_environment(queue, job.submission.vcpus)
                if environment is None:
                    if not capacity.suffices(queue, job.submission.vcpus):
                        job.status_reason = _TOO_LARGE
                    return
                self._capacity.reserve(environment, job.submission.vcpus)
                self.attempts.start(job, environment, partial(self._attempt_ended, job, environment))
            waiting.popleft()

    def _attempt_ended(self, job: Job, environment: ComputeEnvironment, ending: Ending) -> None:
        """Set the status of a job after an attempt: succeeded, failed, or waiting for a retry.

        A terminated job fails, even if its attempt succeeded.
        """
        self._capacity.release(environment, job.submission.vcpus)
        if job.is_terminated:
            job.enter(Status.FAILED, job.end_reason)
        elif ending.succeeded:
            job.enter(Status.SUCCEEDED, ending.status_reason)
        elif job.submission.retry.retries(ending, len(job.attempts)):
            job.enter(Status.RUNNABLE, ending.status_reason)
            self.hooks.job_waits(job)
            self._waiting[job.submission.queue].appendleft(job)
        else:
            job.enter(Status.FAILED, ending.status_reason)
        self.changed.notify()
