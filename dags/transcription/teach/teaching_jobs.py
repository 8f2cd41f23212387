"""The Batch jobs of one teaching: the first one, and after a failure another one that continues it."""

from __future__ import annotations

from transcription.contract.teaching import TeachingOrder
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.transcribe.job_series import JobSeries


def job_name(run: str) -> str:
    """Return the name of all Batch jobs of a run of `teach_model`."""
    return f"teach-{run}"


class TeachingJobs(JobSeries):
    """The jobs of one teaching.

    Args:
        batch: the job queue.
        bucket: the audio bucket.
        order: the order.
        attempt: the id of the task instance.
    """

    def __init__(self, batch: BatchQueue, bucket: Bucket, order: TeachingOrder, attempt: str = "") -> None:
        super().__init__(batch, bucket, order.run, job_name(order.run), attempt)

    def submit(self, definition: str) -> str:
        """Submit a job. It continues from the checkpoints of the jobs before it.

        Args:
            definition: the job definition, by name or ARN.

        Returns:
            The job's id.

        Raises:
            JobRefused: Batch refuses the job.
        """
        known_ids, known = self._known_jobs()
        return self._submit_next(definition, 1, {"run": self._run}, known_ids, known)
