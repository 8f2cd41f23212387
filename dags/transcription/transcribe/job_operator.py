"""The base of the operators that submit or find the Batch job of a run and wait for the job's end."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.amazon.aws.operators.batch import BatchOperator

from transcription.contract.errors import JobStuck
from transcription.shared import batch_job
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.shared.run_folder import current_run
from transcription.shared.settings import Settings, load_settings
from transcription.shared.task_errors import fail_without_retry
from transcription.transcribe.cancellation import TaskInterrupted, end_job_if_cancelled
from transcription.transcribe.job_poller import JobPoller
from transcription.transcribe.job_series import JobSeries

if TYPE_CHECKING:
    from airflow.sdk import Context


class JobOperator(BatchOperator):
    """A BatchOperator that runs one job per run.

    A retried or cleared task finds the job by its name, which contains the run's name, and waits for that job. The task
    submits another job only after a job has failed for good.

    The operator polls instead of deferring: in Airflow 3.2 a deferred task that resumes quickly can be marked failed
    although its job succeeded (https://github.com/apache/airflow/issues/66374).
    """

    #: Set by Airflow's signal handler through `on_kill`. Each task has a process of its own, so the class can hold it.
    _interrupted: ClassVar = threading.Event()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(job_name="", deferrable=False, **kwargs)
        self.addresses: dict[str, str] = {}

    @fail_without_retry()
    def execute(self, context: Context) -> str | None:
        """Submit or find the job of the run and wait until it has ended.

        Returns:
            The job's id, or None if there is nothing to do.

        Raises:
            AirflowFailException: the job failed for good, Batch refused or never started it, a person ended the task,
                or another run works. Airflow does not retry the task.
            AirflowSkipException: the run is a dry run.
            TaskInterrupted: this attempt of the task has to end. The job continues.
        """
        settings = load_settings()
        bucket = Bucket(settings.bucket)
        return self._complete_job(context, bucket, current_run(bucket, context), settings)

    @abstractmethod
    def _complete_job(self, context: Context, bucket: Bucket, run: str, settings: Settings) -> str | None:
        """Submit or find the job of a run, wait until it has ended, and record it.

        Args:
            context: the context of the task.
            bucket: the audio bucket.
            run: the name of the run.
            settings: the settings of the deployment.

        Returns:
            The job's id, or None if there is nothing to do.

        Raises:
            SystemFault: the job failed for good, was refused or never started, or another run works.
            AirflowSkipException: the run is a dry run.
            TaskInterrupted: this attempt of the task has to end. The job continues.
        """

    def on_kill(self) -> None:
        """Interrupt the wait in `execute`, which then asks Airflow why the task has to end.

        Airflow calls this method when the process of the task receives SIGTERM.
        """
        self._interrupted.set()

    @contextmanager
    def _handle_early_end(self, jobs: JobSeries, batch: BatchQueue, context: Context) -> Iterator[None]:
        """Record a job that Batch never started, and end the job if a person ended the task while it waited.

        Args:
            jobs: the jobs of the run.
            batch: the job queue.
            context: the context of the task.

        Raises:
            JobStuck: Batch did not start the job.
            RunCancelled: a person ended the task for good. The job is ended.
            TaskInterrupted: this attempt of the task has to end. The job continues.
        """
        try:
            yield
        except JobStuck as stuck:
            jobs.record(batch.describe(stuck.job_id), [])
            raise
        except TaskInterrupted:
            raise end_job_if_cancelled(jobs, context) from None

    def _find_job(self, jobs: JobSeries, poller: JobPoller) -> str | None:
        """Find the job to wait for. If the newest job is being terminated, first wait until it has ended.

        Returns:
            The job's id, or None if a job has to be submitted.
        """
        job = jobs.newest()
        if job is not None and batch_job.is_ending(job) and not batch_job.is_over(job):
            self.log.info("Job %s is being terminated; waiting until it has ended.", job["jobId"])
            job = poller.wait_for_end(job["jobId"])
        if job is None or jobs.may_be_followed(job):
            return None
        self.log.info("Job %s exists already (%s); this task waits for it.", job["jobId"], job["status"])
        return str(job["jobId"])
