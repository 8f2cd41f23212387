"""The Batch jobs of one run, of which at most one is at work: found by their name, submitted, ended and recorded."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from transcription.contract.run_keys import RunKeys
from transcription.shared import batch_job
from transcription.shared.batch_job import JobDescription
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import FailedChild, Job
from transcription.transcribe.job_claim import JobClaim

log = logging.getLogger(__name__)


class JobSeries:
    """The jobs of one run.

    Args:
        batch: the job queue.
        bucket: the audio bucket.
        run: the name of the run.
        name: the name of every job of the run.
        attempt: the id of the task instance.
    """

    def __init__(self, batch: BatchQueue, bucket: Bucket, run: str, name: str, attempt: str = "") -> None:
        self._batch, self._bucket, self._run, self._attempt = batch, bucket, run, attempt
        #: The name of every job of the run.
        self.name = name
        #: The key of the record of the run's newest job.
        self.record_key = RunKeys(run).job

    def newest(self) -> JobDescription | None:
        """Return the newest job of the run, or None if the run has no job. End other jobs that still run.

        Two jobs run at once only if two attempts of the task submitted them at the same time. Then the one in the job
        record counts as the newest.
        """
        jobs = self._describe_jobs()
        for job in jobs[1:]:
            if not batch_job.is_over(job):
                self._batch.end(job["jobId"], "A newer job of this run is at work")
        return jobs[0] if jobs else None

    def may_be_followed(self, job: JobDescription) -> bool:
        """Return whether the task may submit another job after `job`.

        The task may do so if `job` has failed, and either an attempt of the task has reported the failure or somebody
        has ended the job.
        """
        record = self._bucket.find_record(Job, self.record_key)
        is_reported = record is not None and (record.job_id, record.status) == (job["jobId"], batch_job.JOB_FAILED)
        return job["status"] == batch_job.JOB_FAILED and (is_reported or batch_job.is_ending(job))

    def end(self, reason: str) -> None:
        """End every job of the run that still runs.

        Args:
            reason: shown by AWS Batch as the job's status reason.
        """
        for job in self._describe_jobs():
            if not batch_job.is_over(job):
                self._batch.end(job["jobId"], reason)

    def record(self, job: JobDescription, failed: Sequence[FailedChild]) -> None:
        """Write the run's job record: the newest job with its failed children, and the vCPU hours of all jobs.

        Args:
            job: the newest job, as DescribeJobs describes it.
            failed: its failed children.
        """
        jobs = self._describe_jobs()
        children = (child for run_job in jobs for child in self._batch.children(run_job))
        used = batch_job.vcpu_hours(self._batch.describe_all(children))
        record = Job(
            run=self._run,
            job_id=job["jobId"],
            job_name=self.name,
            status=job["status"],
            jobs=len(jobs),
            vcpu_hours=used,
            failed=tuple(failed),
            draft=batch_job.draft(job) or self._draft,
            reason=job.get("statusReason", ""),
        )
        self._bucket.write_record(self.record_key, record)

    @property
    def _draft(self) -> str:
        """The shard set of jobs that do not name theirs; empty if the run has no shards."""
        return ""

    def _known_jobs(self) -> tuple[set[str], Job]:
        """Return the ids of all jobs that Batch still knows, and the record of the newest job."""
        known_ids = {job["jobId"] for job in self._describe_jobs()}
        # Batch forgets old jobs; the record does not.
        return known_ids, self._bucket.find_record(Job, self.record_key) or Job(self._run, "", self.name, jobs=0)

    def _submit_next(
        self, definition: str, children: int, parameters: Mapping[str, str], known_ids: set[str], known: Job
    ) -> str:
        """Submit a job after those that are known.

        If two processes of the task do this at the same time, one job counts, and both return its id.

        Args:
            definition: the job definition, by name or ARN.
            children: the number of children.
            parameters: the parameters of the job.
            known_ids: the ids of all known jobs.
            known: the record of the newest of them.

        Returns:
            The job's id.

        Raises:
            JobRefused: Batch refuses the job.
        """
        claim = JobClaim(self._bucket, self.record_key, self._attempt)
        own_draft = parameters.get("draft", "")
        while (other := claim.take(known)) is None:
            arrived = self._find_arrived(known_ids)
            job_id = arrived or self._batch.submit(self.name, definition, children, dict(parameters), known_ids)
            draft = self._batch.describe(job_id).get("parameters", {}).get("draft", "") if arrived else own_draft
            if claim.settle(Job(self._run, job_id, self.name, jobs=len(known_ids) + 1, draft=draft)):
                count = "1 child" if children == 1 else f"{children} children"
                log.info("Submitted the Batch job %s with %s.", job_id, count)
                return job_id
            self._batch.end(job_id, "Another process of the task submitted a job at the same time")
            known_ids.add(job_id)
        log.info("Another process of the task submitted the Batch job %s.", other.job_id)
        return other.job_id

    def _find_arrived(self, known_ids: set[str]) -> str | None:
        """Return the id of a job that another process submitted before it ended, or None."""
        return next((job["jobId"] for job in self._batch.jobs(self.name) if job["jobId"] not in known_ids), None)

    def _describe_jobs(self) -> list[JobDescription]:
        """Return the descriptions of all jobs of the run that Batch still knows, the newest first.

        If the job in the record works, it comes first, whenever it was submitted.
        """
        job_ids = {job["jobId"] for job in self._batch.jobs(self.name)}
        record = self._bucket.find_record(Job, self.record_key)
        recorded = record.job_id if record else ""
        # ListJobs may not show a new job yet.
        jobs = self._batch.describe_all(job_ids | {recorded} if recorded else job_ids)

        def rank(job: JobDescription) -> tuple[bool, int]:
            return job["jobId"] == recorded and not batch_job.is_over(job), job["createdAt"]

        return sorted(jobs, key=rank, reverse=True)
