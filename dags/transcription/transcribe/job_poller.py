"""The wait for the end of a run's Batch job. The progress is logged, and a job that Batch cannot start is ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from threading import Event
from typing import Protocol

from transcription.contract.errors import JobStuck
from transcription.shared import batch_job
from transcription.shared.batch_job import JobDescription
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.run_lease import RunLease
from transcription.shared.settings import Settings
from transcription.transcribe.cancellation import TaskInterrupted

log = logging.getLogger(__name__)


class Progress(Protocol):
    """Logs the progress of a job."""

    @property
    def is_outdated(self) -> bool:
        """Whether the progress has to be logged again, although no child has another status."""

    def log_status(self, job_id: str, children: Mapping[str, int]) -> None:
        """Log the progress of a job with these numbers of children by status."""


class JobPoller:
    """The poller of one run's Batch jobs: it asks Batch for a job's state until the job has ended.

    Args:
        batch: the job queue.
        progress: logs the progress of a job.
        settings: the time between two polls, and the time for which a job may wait for a machine.
        interrupted: an event that is set when the task has to end.
        lease: the run's lease, which the poller renews; None if the run needs none.
    """

    def __init__(
        self,
        batch: BatchQueue,
        progress: Progress,
        settings: Settings,
        interrupted: Event,
        *,
        lease: RunLease | None = None,
    ) -> None:
        self._batch, self._progress, self._settings = batch, progress, settings
        self._interrupted, self._lease = interrupted, lease

    def wait_for_end(self, job_id: str) -> JobDescription:
        """Wait until the job has ended, and log its progress.

        Returns:
            The description of the ended job, from DescribeJobs.

        Raises:
            JobStuck: Batch started no child of the job for `start_limit_minutes`. This method has ended the job.
            TaskInterrupted: the task has to end. The job continues.
            RunBusy: another run has taken the lease.
        """
        children: dict[str, int] = {}
        waiting_reason = ""
        busy_at = time.monotonic()
        while True:
            if self._interrupted.is_set():
                raise TaskInterrupted
            if self._lease:
                self._lease.renew()
            job = self._batch.describe(job_id)
            children_before, children = children, batch_job.count_children_by_status(job)
            now = time.monotonic()
            if children != children_before or self._progress.is_outdated:
                self._progress.log_status(job_id, children)
            if batch_job.is_over(job):
                return job
            if children != children_before or any(status in children for status in batch_job.WORKING_STATUSES):
                busy_at, waiting_reason = now, ""
            else:
                waiting_reason = self._log_waiting_reason(job, waiting_reason)
                if now - busy_at > self._settings.start_limit_minutes * 60:
                    raise self._end_stuck_job(job_id, waiting_reason)
            self._interrupted.wait(self._settings.poll_seconds)

    def _log_waiting_reason(self, job: JobDescription, logged: str) -> str:
        """Log Batch's reason why the job waits, unless it equals `logged`, the reason that was logged last.

        Returns:
            The last known reason, or an empty text if Batch has given none.
        """
        reason = self._batch.waiting_reason(job)
        if reason and reason != logged:
            log.warning("Job %s waits for a machine: %s", job["jobId"], reason)
        return reason or logged

    def _end_stuck_job(self, job_id: str, reason: str) -> JobStuck:
        limit = self._settings.start_limit_minutes
        self._batch.end(job_id, f"No child was started for {limit:g} minutes")
        return JobStuck(
            f"AWS Batch started no child of the job {job_id} for {limit:g} minutes, so the job was ended. Reason given "
            f"by Batch: {reason or 'none'}. Check the compute environment and its limits, then clear this task.",
            job_id,
        )
