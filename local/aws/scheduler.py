"""Which job runs when: queues, the vCPUs of compute environments, attempts and retries."""

from __future__ import annotations

import secrets
import sys
import tempfile
import threading
import traceback
from collections import defaultdict, deque
from collections.abc import Mapping
from pathlib import Path

from moto.batch.models import ComputeEnvironment, JobQueue

from local.aws import endings
from local.aws.attempt import Attempt
from local.aws.attempt_log import AttemptLog
from local.aws.endings import Ending
from local.aws.fault_book import FaultBook
from local.aws.faults import Who
from local.aws.jobs import FINISHED, WAITING, AnyJob, Array, AttemptRecord, Job, Status, now
from local.aws.runners import Runner, Task

_LOG_GROUP = "/aws/batch/job"
#: Source: AWS Batch User Guide, "Jobs stuck in a RUNNABLE status".
_TOO_BIG = (
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - "
    "CE(s) associated with the job queue cannot meet the CPU requirement of the job."
)


class Scheduler:
    """Starts what fits, in the order of submission. `changed` guards the state of all jobs."""

    def __init__(self, runner: Runner, faults: FaultBook, state: Path) -> None:
        self.changed = threading.Condition(threading.RLock())
        #: All jobs and children by id; the ids of children are `{parent}:{index}`.
        self.jobs: dict[str, AnyJob] = {}
        #: Single jobs and parents by queue, in the order of submission.
        self.submissions: dict[JobQueue, list[AnyJob]] = defaultdict(list)
        #: Attempts by access key; those that ended, too, because their requests can still be on the way.
        self.attempts: dict[str, Attempt] = {}
        self.endpoint = ""
        self._runner, self._faults, self._state = runner, faults, state
        self._submitted: deque[Job] = deque()
        self._waiting: dict[JobQueue, deque[Job]] = {}
        self._used: dict[str, float] = defaultdict(float)
        self._running: dict[Job, tuple[Attempt, threading.Thread]] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name="scheduler", daemon=True)

    def start(self, endpoint: str) -> None:
        """Begin to run jobs, which find AWS at `endpoint`."""
        self.endpoint = endpoint
        self._thread.start()

    def stop(self) -> None:
        """Kill what runs and start nothing more. When this returns nothing is left of any attempt."""
        with self.changed:
            self._stopping = True
            self.changed.notify()
            running = list(self._running.values())
        for attempt, _ in running:
            attempt.cut_short(endings.terminated("The local AWS was stopped"), grace=0)
            attempt.kill()
        for _, thread in running:
            thread.join()

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
        self._end(job_id, reason, running_too=False)

    def terminate(self, job_id: str, reason: str) -> None:
        """TerminateJob: the job, or all children of the array, fail with `reason`."""
        self._end(job_id, reason, running_too=True)

    def _end(self, job_id: str, reason: str, *, running_too: bool) -> None:
        with self.changed:
            job = self.jobs.get(job_id)
            if job is None or job.status in FINISHED:
                return
            if isinstance(job, Array):
                job.ended_because = reason
            attempts = []
            for each in job.children if isinstance(job, Array) else [job]:
                if each.status in WAITING:
                    each.enter(Status.FAILED, reason)
                elif running_too and each in self._running:
                    each.ended_because = reason
                    attempts.append(self._running[each][0])
            self.changed.notify()
        for attempt in attempts:
            attempt.cut_short(endings.terminated(reason))

    def arm(self) -> None:
        """Tell all running attempts of a new fault."""
        with self.changed:
            attempts = [attempt for attempt, _ in self._running.values()]
        for attempt in attempts:
            attempt.arm()

    def _loop(self) -> None:
        with self.changed:
            while not self._stopping:
                while self._submitted:
                    job = self._submitted.popleft()
                    if job.status is Status.SUBMITTED:  # and was not cancelled
                        job.enter(Status.PENDING)
                        job.enter(Status.RUNNABLE)
                        self._waiting.setdefault(job.submission.queue, deque()).append(job)
                for queue in sorted(self._waiting, key=lambda queue: int(queue.priority), reverse=True):
                    self._serve(queue, self._waiting[queue])
                self.changed.wait()

    def _serve(self, queue: JobQueue, waiting: deque[Job]) -> None:
        """Start jobs of one queue from the front, until one has to wait; nobody overtakes it."""
        while waiting:
            job = waiting[0]
            if job.status is Status.RUNNABLE:  # and was not cancelled
                environment = self._room(queue, job.submission.vcpus)
                if environment is None:
                    if all(_vcpus(each) < job.submission.vcpus for each in queue.environments):
                        job.status_reason = _TOO_BIG
                    return
                self._begin(job, environment)
            waiting.popleft()

    def _room(self, queue: JobQueue, vcpus: float) -> ComputeEnvironment | None:
        for environment in queue.environments:
            if environment.state == "ENABLED" and self._used[environment.arn] + vcpus <= _vcpus(environment):
                return environment
        return None

    def _begin(self, job: Job, environment: ComputeEnvironment) -> None:
        self._used[environment.arn] += job.submission.vcpus
        job.enter(Status.STARTING)
        who = Who(job.submission.name, job.index or 0, len(job.attempts) + 1)
        attempt = Attempt(who, self._runner, self._faults, job.submission.timeout)
        self.attempts[attempt.access_key] = attempt
        record = _record(job)
        job.attempts.append(record)
        thread = threading.Thread(target=self._make, args=(job, attempt, record, environment), daemon=True)
        self._running[job] = (attempt, thread)
        thread.start()

    def _make(self, job: Job, attempt: Attempt, record: AttemptRecord, environment: ComputeEnvironment) -> None:
        """Make an attempt from beginning to end; runs in the attempt's thread."""
        try:
            ending = self._run(job, attempt, record, environment)
        except Exception as error:  # noqa: BLE001  (whatever it is, the job must not stay RUNNING for ever)
            traceback.print_exc(file=sys.stderr)
            ending = endings.not_started(f"{type(error).__name__}: {error}")
        with self.changed:
            record.stopped_at, record.ending = now(), ending
            del self._running[job]
            self._used[environment.arn] -= job.submission.vcpus
            self._settle(job, ending)
            self.changed.notify()

    def _settle(self, job: Job, ending: Ending) -> None:
        if ending.succeeded:
            job.enter(Status.SUCCEEDED, ending.status_reason)
        elif job.ended_because:
            job.enter(Status.FAILED, job.ended_because)
        elif job.submission.retry.retries(ending, len(job.attempts)):
            job.enter(Status.RUNNABLE, ending.status_reason)
            self._waiting[job.submission.queue].appendleft(job)
        else:
            job.enter(Status.FAILED, ending.status_reason)

    def _run(self, job: Job, attempt: Attempt, record: AttemptRecord, environment: ComputeEnvironment) -> Ending:
        submission, who = job.submission, attempt.who
        group = _log_options(job).get("awslogs-group", _LOG_GROUP)
        path = self._state / "logs" / "batch" / who.job / f"{who.child}-{who.attempt}.log"
        backend = submission.queue.backend

        def started() -> None:
            with self.changed:
                record.started_at = job.started_at = now()
                job.enter(Status.RUNNING)

        with (
            AttemptLog(path, backend.logs_backend, group, record.log_stream) as log,
            tempfile.TemporaryDirectory(dir=self._state / "tmp", ignore_cleanup_errors=True) as folder,
        ):
            task = Task(
                command=submission.command,
                environment=self._environment(job, attempt, environment),
                container=submission.container,
                vcpus=submission.vcpus,
                memory=submission.memory,
                folder=Path(folder),
            )
            return attempt.run(task, log, started)

    def _environment(self, job: Job, attempt: Attempt, environment: ComputeEnvironment) -> Mapping[str, str]:
        queue = job.submission.queue
        variables = {entry["name"]: entry["value"] for entry in job.submission.container["environment"]}
        variables |= {
            "AWS_BATCH_JOB_ID": job.job_id,
            "AWS_BATCH_JOB_ATTEMPT": str(attempt.who.attempt),
            "AWS_BATCH_JQ_NAME": queue.name,
            "AWS_BATCH_CE_NAME": environment.name,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": queue.backend.region_name,
            "AWS_DEFAULT_REGION": queue.backend.region_name,
            "AWS_ACCESS_KEY_ID": attempt.access_key,
            "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20),
        }
        if job.index is not None:
            variables["AWS_BATCH_JOB_ARRAY_INDEX"] = str(job.index)
        return variables


def _vcpus(environment: ComputeEnvironment) -> float:
    return float(environment.compute_resources["maxvCpus"])


def _log_options(job: Job) -> Mapping[str, str]:
    options: Mapping[str, str] = job.submission.container.get("logConfiguration", {}).get("options", {})
    return options


def _record(job: Job) -> AttemptRecord:
    backend, task = job.submission.queue.backend, secrets.token_hex(16)
    prefix = _log_options(job).get("awslogs-stream-prefix", job.submission.definition.name)
    arn = f"arn:aws:ecs:{backend.region_name}:{backend.account_id}:task/local/{task}"
    return AttemptRecord(arn, f"{prefix}/default/{task}")
