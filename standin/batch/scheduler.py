"""Which job runs when: queues, retries, cancellation and termination."""

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
_TOO_BIG = (
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - "
    "CE(s) associated with the job queue cannot meet the CPU requirement of the job."
)


class Scheduler:
    """Starts what fits, in the order of submission. `changed` guards the state of all jobs."""

    def __init__(self, runner: Runner, hooks: JobHooks, state: Path) -> None:
        self.changed = threading.Condition(threading.RLock())
        #: All jobs and children by id; the ids of children are `{parent}:{index}`.
        self.jobs: dict[str, AnyJob] = {}
        #: Single jobs and parents by queue, in the order of submission.
        self.submissions: dict[JobQueue, list[AnyJob]] = defaultdict(list)
        self.hooks = hooks
        self.attempts = Attempts(runner, hooks, state, self.changed)
        self._capacity = Capacity()
        self._submitted: deque[Job] = deque()
        self._waiting: dict[JobQueue, deque[Job]] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name="scheduler", daemon=True)

    def start(self, endpoint: str) -> None:
        """Begin to run jobs, which find AWS at `endpoint`."""
        self.attempts.endpoint = endpoint
        self._thread.start()

    def stop(self) -> None:
        """Kill what runs and start nothing more. When this returns nothing is left of any attempt."""
        with self.changed:
            self._stopping = True
            self.changed.notify()
        self.attempts.stop()

    def wake(self) -> None:
        """Look again: a queue or a compute environment changed."""
        with self.changed:
            self.changed.notify()

    def submit(self, job: AnyJob) -> None:
        """Take over a new job."""
        with self.changed:
            self.jobs[job.job_id] = job
            self.submissions[job.submission.queue].append(job)
            children = job.children if isinstance(job, Array) else [job]
            for child in children:
                self.jobs[child.job_id] = child
            self._submitted.extend(children)
            self.changed.notify()

    def cancel(self, job_id: str, reason: str) -> None:
        """CancelJob: whatever has not reached STARTING fails with `reason`; the rest goes on."""
        with self.changed:
            for job in self._unfinished(job_id):
                if isinstance(job, Array) or job.status in WAITING:
                    job.is_cancelled, job.ended_because = True, reason
                if isinstance(job, Job) and job.status in WAITING:
                    job.enter(Status.FAILED, reason)
            self.changed.notify()

    def terminate(self, job_id: str, reason: str) -> None:
        """TerminateJob: the job, or all children of the array, fail with `reason`. The first call decides."""
        attempts = []
        with self.changed:
            for job in self._unfinished(job_id):
                if not job.is_terminated:
                    job.is_terminated, job.ended_because = True, reason
                    if isinstance(job, Job) and job.status in WAITING:
                        job.enter(Status.FAILED, reason)
                    elif isinstance(job, Job) and (attempt := self.attempts.of(job)):
                        attempts.append(attempt)
            self.changed.notify()
        for attempt in attempts:
            attempt.cut_short(attempt_ending.terminated(reason))

    def _unfinished(self, job_id: str) -> list[AnyJob]:
        """The job, and its children where it has some; only what has not come to its end."""
        job = self.jobs.get(job_id)
        family: list[AnyJob] = [] if job is None else [job, *(job.children if isinstance(job, Array) else ())]
        return [each for each in family if each.status not in FINISHED]

    def check_waiting_jobs(self) -> None:
        """Let the hooks hold or release every waiting job again."""
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
                    if job.status is Status.SUBMITTED:  # and was not cancelled
                        job.enter(Status.PENDING)
                        job.enter(Status.RUNNABLE)
                        self.hooks.job_waits(job)
                        self._waiting.setdefault(job.submission.queue, deque()).append(job)
                for queue in sorted(self._waiting, key=lambda queue: int(queue.priority), reverse=True):
                    self._serve(queue, self._waiting[queue])
                self.changed.wait()

    def _serve(self, queue: JobQueue, waiting: deque[Job]) -> None:
        """Start jobs of one queue from the front, until one has to wait; nobody overtakes it."""
        while waiting:
            job = waiting[0]
            if job.status is Status.RUNNABLE:  # and was not cancelled
                if job.held:
                    return
                environment = self._capacity.room(queue, job.submission.vcpus)
                if environment is None:
                    if not capacity.suffices(queue, job.submission.vcpus):
                        job.status_reason = _TOO_BIG
                    return
                self._capacity.take(environment, job.submission.vcpus)
                self.attempts.begin(job, environment, partial(self._ended, job, environment))
            waiting.popleft()

    def _ended(self, job: Job, environment: ComputeEnvironment, ending: Ending) -> None:
        """An attempt is over. A job that was terminated before fails, and is not tried again, whatever ended it."""
        self._capacity.give_back(environment, job.submission.vcpus)
        if job.is_terminated:
            job.enter(Status.FAILED, job.ended_because)
        elif ending.succeeded:
            job.enter(Status.SUCCEEDED, ending.status_reason)
        elif job.submission.retry.retries(ending, len(job.attempts)):
            job.enter(Status.RUNNABLE, ending.status_reason)
            self.hooks.job_waits(job)
            self._waiting[job.submission.queue].appendleft(job)
        else:
            job.enter(Status.FAILED, ending.status_reason)
        self.changed.notify()
