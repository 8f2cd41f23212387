"""The Batch jobs that carry out one order: the first one, and after a failure another one that continues it."""

from __future__ import annotations

from dataclasses import dataclass

from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.transcribe.job_series import JobSeries


@dataclass(frozen=True)
class OrderedWork:
    """What an order says about its Batch job."""

    run: str
    #: The name of all Batch jobs of the run.
    job_name: str
    #: Whether the run ends without a job.
    is_dry_run: bool
    #: Number of children of the job; 1 for a plain job.
    children: int = 1


class OrderJobs(JobSeries):
    """The jobs of one order.

    Args:
        batch: the job queue.
        bucket: the audio bucket.
        work: what was ordered.
        attempt: the id of the task instance.
    """

    def __init__(self, batch: BatchQueue, bucket: Bucket, work: OrderedWork, attempt: str = "") -> None:
        super().__init__(batch, bucket, work.run, work.job_name, attempt)
        self._children = work.children

    def submit(self, definition: str) -> str:
        """Submit a job. It continues from what the jobs before it stored.

        Args:
            definition: the job definition, by name or ARN.

        Returns:
            The job's id.

        Raises:
            JobRefused: Batch refuses the job.
        """
        known_ids, known = self._known_jobs()
        return self._submit_next(definition, self._children, {"run": self._run}, known_ids, known)
