"""The operator of the task `teach`, which submits or finds the Batch job of a teaching and waits for its end."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from transcription.contract.errors import JobFailed
from transcription.contract.log_text import printable
from transcription.shared import aws_console, batch_job, task_links
from transcription.shared.aws_console import AwsConsole
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import FailedChild
from transcription.shared.run_folder import current_run
from transcription.shared.settings import load_settings
from transcription.shared.task_errors import AirflowSkipException, fail_without_retry
from transcription.teach import order_store
from transcription.teach.teaching_jobs import TeachingJobs
from transcription.transcribe.job_poller import JobPoller
from transcription.transcribe.transcribe_operator import TranscribeOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)


class TeachingProgress:
    """The progress of a teaching: the status of its job. The log of the container says more."""

    is_outdated = False

    def log_status(self, job_id: str, children: Mapping[str, int]) -> None:
        """Log the status of a job."""
        log.info("Job %s: %s", job_id, ", ".join(children).lower())


class TeachOperator(TranscribeOperator):
    """A BatchOperator that runs one job per teaching, and finds that job again as `TranscribeOperator` does."""

    operator_extra_links = (task_links.JOB_LINK, task_links.JOB_LOG_LINK)

    @fail_without_retry()
    def execute(self, context: Context) -> str:
        """Submit or find the job of the teaching and wait until it has ended.

        Returns:
            The job's id.

        Raises:
            AirflowFailException: the job failed for good, Batch refused or never started it, or a person ended the
                task. Airflow does not retry the task.
            AirflowSkipException: the run is a dry run.
            TaskInterrupted: this attempt of the task has to end. The job continues.
        """
        settings = load_settings()
        bucket = Bucket(settings.bucket)
        order = order_store.read_order(bucket, current_run(bucket, context))
        if order.dry_run:
            raise AirflowSkipException("A dry run ends after its check.")
        batch = BatchQueue(self.job_queue, self.job_definition)
        jobs = TeachingJobs(batch, bucket, order, str(context["ti"].id))
        self.job_name = jobs.name
        poller = JobPoller(batch, TeachingProgress(), settings, self._interrupted)
        console, has_console = AwsConsole.for_bucket(bucket), aws_console.has_console(batch.endpoint)
        with self._handle_early_end(jobs, batch, context):
            self.job_id = self._find_job(jobs, poller) or jobs.submit(self.job_definition)
            if has_console:
                task_links.show_link(self, context, task_links.JOB_LINK, console.job(self.job_id))
            job = poller.wait_for_end(self.job_id)
        child = batch_job.failed_child(job, console.log)
        if has_console and child.log:
            task_links.show_link(self, context, task_links.JOB_LOG_LINK, child.log)
        is_failed = job["status"] == batch_job.JOB_FAILED
        jobs.record(job, [child] if is_failed else [])
        if is_failed:
            raise JobFailed(_explain(bucket, order.run, child))
        return self.job_id


def _explain(bucket: Bucket, run: str, child: FailedChild) -> str:
    """Return the text of the error for a failed job: the reason of its container, Batch's reason, and what to do."""
    recorded = order_store.find_reason(bucket, run, child.job_id)
    reason = f"{recorded.failure.code}: {recorded.failure.message} " if recorded else ""
    return printable(
        f"The Batch job {child.job_id} failed: {reason}({child.reason}). Its log: {child.log or 'it did not start'}. "
        "Fix the cause, then clear this task: another job continues from the last checkpoint."
    )
