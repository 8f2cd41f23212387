"""The progress of a run's Batch job in the task's log: children by status, and files that are done."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from threading import Event

from transcription.contract.manifest import Plan
from transcription.contract.run_keys import RunKeys
from transcription.shared.bucket import PAGE, Bucket
from transcription.transcribe.cancellation import TaskInterrupted

log = logging.getLogger(__name__)

#: Seconds between two counts of the done files of a run with more than 1,000 files. A count lists all result records,
#: 1,000 in one request.
_COUNT_EVERY = 60.0


class JobProgress:
    """The progress of a run's Batch jobs: the numbers of children and of done files.

    Args:
        bucket: the audio bucket.
        plan: the run's plan.
        interrupted: an event that is set when the task has to end. A count then stops.
    """

    def __init__(self, bucket: Bucket, plan: Plan, interrupted: Event) -> None:
        self._bucket, self._plan, self._interrupted = bucket, plan, interrupted
        self._done, self._counted_at = 0, float("-inf")

    @property
    def is_outdated(self) -> bool:
        """Whether the done files were last counted more than a minute ago, or never."""
        return time.monotonic() - self._counted_at > _COUNT_EVERY

    def log_status(self, job_id: str, children: Mapping[str, int]) -> None:
        """Log the number of children by status and the number of done files.

        The files are counted again if one request is enough for that, or if the last count is outdated.

        Args:
            job_id: the id of the job.
            children: the number of its children in each status.

        Raises:
            TaskInterrupted: the task has to end.
        """
        if self._plan.files <= PAGE or self.is_outdated:
            self._count_results()
        statuses = ", ".join(f"{count} {status.lower()}" for status, count in children.items())
        log.info("Job %s: children %s; files %d of %d done", job_id, statuses, self._done, self._plan.files)

    def _count_results(self) -> None:
        done = 0
        for _ in self._bucket.list(RunKeys(self._plan.run).results):
            done += 1
            if self._interrupted.is_set():  # Airflow kills the task after five seconds.
                raise TaskInterrupted
        self._done, self._counted_at = done, time.monotonic()
