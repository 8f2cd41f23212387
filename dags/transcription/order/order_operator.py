"""The base of the operators `teach` and `evaluate`: submit or find the Batch job of an order and wait for its end."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from transcription.contract.errors import JobFailed
from transcription.contract.log_text import printable
from transcription.order.order_jobs import OrderedWork, OrderJobs
from transcription.order.order_store import find_reason
from transcription.shared import aws_console, batch_job, task_links
from transcription.shared.aws_console import AwsConsole
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import FailedChild
from transcription.shared.settings import Settings
from transcription.shared.task_errors import AirflowSkipException
from transcription.transcribe.job_operator import JobOperator
from transcription.transcribe.job_poller import JobPoller

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)


class OrderProgress:
    """The progress of an order: the status of its job. The log of the container says more."""

    is_outdated = False

    def log_status(self, job_id: str, children: Mapping[str, int]) -> None:
        """Log the status of a job."""
        log.info("Job %s: %s", job_id, ", ".join(children).lower())


class OrderOperator(JobOperator):
    """A JobOperator that carries out the frozen order of its run."""

    #: The provider's own links do not support array jobs.
    operator_extra_links = (task_links.JOB_LINK, task_links.JOB_LOG_LINK)  # type: ignore[assignment]

    #: What people can do after a failure.
    _advice: ClassVar[str]

    def _complete_job(self, context: Context, bucket: Bucket, run: str, settings: Settings) -> str:
        work = self._ordered_work(bucket, run)
        if work.is_dry_run:
            raise AirflowSkipException("A dry run ends after its check.")
        batch = BatchQueue(self.job_queue, self.job_definition)
        jobs = OrderJobs(batch, bucket, work, str(context["ti"].id))
        self.job_name = jobs.name
        poller = JobPoller(batch, OrderProgress(), settings, self._interrupted)
        console, has_console = AwsConsole.for_bucket(bucket), aws_console.has_console(batch.endpoint)
        with self._handle_early_end(jobs, batch, context):
            self.job_id = self._find_job(jobs, poller) or jobs.submit(self.job_definition)
            if has_console:
                task_links.show_link(self, context, task_links.JOB_LINK, console.job(self.job_id))
            job = poller.wait_for_end(self.job_id)
        descriptions = batch.describe_all(batch.children(job, batch_job.JOB_FAILED))
        failed = [batch_job.failed_child(description, console.log) for description in descriptions]
        shown = failed[0] if failed else batch_job.failed_child(job, console.log)
        if has_console and shown.log:
            task_links.show_link(self, context, task_links.JOB_LOG_LINK, shown.log)
        jobs.record(job, failed)
        if job["status"] == batch_job.JOB_FAILED:
            children = failed or [shown]
            raise JobFailed(" ".join([*(_explain(bucket, work.run, child) for child in children), self._advice]))
        return self.job_id

    @abstractmethod
    def _ordered_work(self, bucket: Bucket, run: str) -> OrderedWork:
        """Return what was ordered.

        Raises:
            RecordMissing: the task `check` did not write the order.
        """


def _explain(bucket: Bucket, run: str, child: FailedChild) -> str:
    """Return the part of the error about a failed job or child: the reason of its container, Batch's, and its log."""
    recorded = find_reason(bucket, run, child.job_id)
    reason = f"{recorded.failure.code}: {recorded.failure.message} " if recorded else ""
    return printable(
        f"The Batch job {child.job_id} failed: {reason}({child.reason}). Its log: {child.log or 'it did not start'}."
    )
