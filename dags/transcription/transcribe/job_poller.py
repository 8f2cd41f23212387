"""Waiting for a Batch job: what it does, how far it is, and when it has waited too long itself."""

from __future__ import annotations

import logging
import time
from threading import Event

from transcription.contract.errors import JobStuck
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Plan
from transcription.shared import batch_job
from transcription.shared.batch_client import Batch
from transcription.shared.batch_job import Described
from transcription.shared.bucket import PAGE, Bucket
from transcription.shared.settings import Settings

log = logging.getLogger(__name__)

#: Counting results lists them all, 1,000 in a call; where that takes more, it is done only so often, in seconds.
_COUNT_EVERY = 60.0


class Interrupted(Exception):
    """Raised when Airflow wants the task to end."""


class Watch:
    """Looks at the jobs of one run until they are over, or until `interrupted` is set."""

    def __init__(self, batch: Batch, bucket: Bucket, plan: Plan, settings: Settings, interrupted: Event) -> None:
        self._batch, self._bucket, self._plan = batch, bucket, plan
        self._settings, self._interrupted = settings, interrupted
        self._done, self._counted = 0, float("-inf")

    def until_over(self, job_id: str) -> Described:
        """The full description of the job at its end. What changes on the way is logged.

        Raises:
            JobStuck: Batch started nothing of it for too long; it was ended.
            Interrupted: the task has to end.
        """
        standing: dict[str, int] = {}
        waited_for = ""
        busy = time.monotonic()
        while True:
            if self._interrupted.is_set():
                raise Interrupted
            described = self._batch.describe(job_id)
            before, standing = standing, batch_job.standing(described)
            now = time.monotonic()
            if standing != before or now - self._counted > _COUNT_EVERY:
                self._log(job_id, standing)
            if batch_job.is_over(described):
                return described
            if standing != before or any(status in standing for status in batch_job.BUSY):
                busy, waited_for = now, ""
            else:
                waited_for = self._say_why(described, waited_for)
                if now - busy > self._settings.start_limit_minutes * 60:
                    raise self._give_up(job_id, waited_for)
            self._interrupted.wait(self._settings.poll_seconds)

    def _log(self, job_id: str, standing: dict[str, int]) -> None:
        children = ", ".join(f"{count} {status.lower()}" for status, count in standing.items())
        if self._plan.files <= PAGE or time.monotonic() - self._counted > _COUNT_EVERY:
            self._count()
        log.info("Job %s: children %s; files %d of %d done", job_id, children, self._done, self._plan.files)

    def _count(self) -> None:
        done = 0
        for _ in self._bucket.list(RunKeys(self._plan.run).results):
            done += 1
            if self._interrupted.is_set():  # Airflow waits five seconds
                raise Interrupted
        self._done, self._counted = done, time.monotonic()

    def _say_why(self, described: Described, said: str) -> str:
        """Log why Batch lets the job wait, when it says so anew."""
        reason = self._batch.reason_to_wait(described)
        if reason and reason != said:
            log.warning("Job %s waits for a machine: %s", described["jobId"], reason)
        return reason or said

    def _give_up(self, job_id: str, reason: str) -> JobStuck:
        limit = self._settings.start_limit_minutes
        self._batch.end(job_id, f"Nothing of it was started for {limit:g} minutes")
        return JobStuck(
            f"AWS Batch started nothing of the job {job_id} for {limit:g} minutes, so it was ended. What Batch says: "
            f"{reason or 'nothing'}. Look at the compute environment and its limits, then clear this task.",
            job_id,
        )
