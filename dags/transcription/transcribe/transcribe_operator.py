"""The operator of the task `transcribe`, which submits or finds the run's Batch job and waits for the job's end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from transcription.contract.errors import JobFailed
from transcription.plan.leftover_jobs import end_leftover_jobs, is_at_work
from transcription.shared import aws_console, batch_job, manifest_store, page_addresses, task_links
from transcription.shared.aws_console import AwsConsole
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.shared.run_lease import RunLease
from transcription.shared.settings import Settings
from transcription.shared.task_errors import AirflowSkipException
from transcription.transcribe import failed_children
from transcription.transcribe.job_operator import JobOperator
from transcription.transcribe.job_poller import JobPoller
from transcription.transcribe.job_progress import JobProgress
from transcription.transcribe.run_jobs import RunJobs

if TYPE_CHECKING:
    from airflow.sdk import Context


class TranscribeOperator(JobOperator):
    """A JobOperator whose job is an array job with one child per shard of the manifest.

    A task submits another job only after a job has failed for good. That job gets the files that have no result record.
    """

    #: The provider's own links do not support array jobs.
    operator_extra_links = (
        task_links.TRANSCRIPTS_LINK,
        task_links.JOB_LINK,
        task_links.FAILED_CHILDREN_LINK,
        *task_links.LOG_LINKS,
    )  # type: ignore[assignment]

    def _complete_job(self, context: Context, bucket: Bucket, run: str, settings: Settings) -> str | None:
        plan = manifest_store.read_plan(bucket, run)
        if plan.dry_run:
            raise AirflowSkipException("A dry run ends after its plan.")
        console = AwsConsole.for_bucket(bucket)
        transcripts = page_addresses.recordings_page(plan.prefix)
        task_links.show_link(self, context, task_links.TRANSCRIPTS_LINK, transcripts)
        if not plan.shards:
            self.log.info("There is nothing to transcribe.")
            return None
        lease = RunLease(bucket, context["ti"], plan.run)
        lease.take()
        batch = BatchQueue(self.job_queue, self.job_definition)
        jobs = RunJobs(batch, bucket, plan, settings, str(context["ti"].id))
        self.job_name = jobs.name
        progress = JobProgress(bucket, plan, self._interrupted)
        poller = JobPoller(batch, progress, settings, self._interrupted, lease=lease)
        with self._handle_early_end(jobs, batch, context):
            self.job_id = self._find_job(jobs, poller)
            if self.job_id is None:
                # Also a run that was cleared must not work beside a job that another run left.
                end_leftover_jobs(batch, plan.run, partial(is_at_work, bucket, context["ti"]))
                self.job_id = jobs.submit(self.job_definition)
            if self.job_id is None:
                return None
            has_console = aws_console.has_console(batch.endpoint)
            job_page = console.job(self.job_id) if has_console else page_addresses.run_page(context["run_id"])
            task_links.show_link(self, context, task_links.JOB_LINK, job_page)
            job = poller.wait_for_end(self.job_id)
        children, files = failed_children.read(batch, bucket, plan, job, console)
        failed_children.show(self, context, children)
        jobs.record(job, children)
        if job["status"] == batch_job.JOB_FAILED:
            raise JobFailed(failed_children.explain(job, children, files))
        return self.job_id
