"""The Batch jobs of one run: the first one, and after a failure another one for the files without a result."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Item, Plan
from transcription.plan.sharding import make_shards
from transcription.shared import batch_job, manifest_store
from transcription.shared.batch_job import JobDescription
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import FailedChild, Job
from transcription.shared.moved_inputs import find_moved
from transcription.shared.settings import Settings
from transcription.transcribe.job_claim import JobClaim

log = logging.getLogger(__name__)

#: How many files the log names that a newer run moved.
_NAMED = 5


class RunJobs:
    """The jobs of one run, with methods that find, submit, end and record them.

    Args:
        batch: the job queue.
        bucket: the audio bucket.
        plan: the run's plan.
        settings: the limits with which the files without a result are divided into the shards of another job.
        attempt: the id of the task instance.
    """

    def __init__(self, batch: BatchQueue, bucket: Bucket, plan: Plan, settings: Settings, attempt: str = "") -> None:
        self._batch, self._bucket, self._plan, self._settings = batch, bucket, plan, settings
        self._attempt = attempt
        #: The name of every job of the run.
        self.name = batch_job.job_name(plan.run)
        #: The key of the record of the run's newest job.
        self.record_key = RunKeys(plan.run).job

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

    def submit(self, definition: str) -> str | None:
        """Submit the run's first job, or another one for the files that have no result yet.

        If two processes of the task do this at the same time, one job counts, and both return its id.

        Args:
            definition: the job definition, by name or ARN.

        Returns:
            The job's id, or None if every file has a result or was moved by a newer run.

        Raises:
            JobRefused: Batch refuses the job.
            RecordMissing: a shard does not exist.
        """
        plan = self._plan
        known_ids = {job["jobId"] for job in self._describe_jobs()}
        # Batch forgets old jobs; the record does not.
        known = self._bucket.find_record(Job, self.record_key) or Job(plan.run, "", self.name, jobs=0)
        if known_ids or known.job_id:
            missing = self._read_missing()
            if not missing:
                return None
            plan = manifest_store.redraft(self._bucket, plan, make_shards(missing, self._settings))
        claim = JobClaim(self._bucket, self.record_key, self._attempt)
        while (other := claim.take(known)) is None:
            arrived = self._find_arrived(known_ids)
            parameters = {"run": plan.run, "draft": plan.draft}
            job_id = arrived or self._batch.submit(self.name, definition, plan.shards, parameters, known_ids)
            draft = self._batch.describe(job_id).get("parameters", {}).get("draft", "") if arrived else plan.draft
            if claim.settle(Job(plan.run, job_id, self.name, jobs=len(known_ids) + 1, draft=draft)):
                log.info("Submitted the Batch job %s with %d children.", job_id, plan.shards)
                return job_id
            self._batch.end(job_id, "Another process of the task submitted a job at the same time")
            known_ids.add(job_id)
        log.info("Another process of the task submitted the Batch job %s.", other.job_id)
        return other.job_id

    def _find_arrived(self, known_ids: set[str]) -> str | None:
        """Return the id of a job that another process submitted before it ended, or None."""
        return next((job["jobId"] for job in self._batch.jobs(self.name) if job["jobId"] not in known_ids), None)

    def _read_missing(self) -> list[Item]:
        """Return the files that have no result yet and that no newer run moved. Log the numbers of files."""
        missing = manifest_store.read_missing(self._bucket, self._plan)
        log.info("%d of %d files have no result yet.", len(missing), self._plan.files)
        moved = find_moved(self._bucket, missing)
        for item in moved[:_NAMED]:
            log.info("%r is not transcribed: a newer run moved it.", item.key)
        if moved:
            log.info("%d files are not transcribed, because a newer run moved them.", len(moved))
        moved_items = set(moved)
        return [item for item in missing if item not in moved_items]

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
            run=self._plan.run,
            job_id=job["jobId"],
            job_name=self.name,
            status=job["status"],
            jobs=len(jobs),
            vcpu_hours=used,
            failed=tuple(failed),
            draft=batch_job.draft(job) or self._plan.draft,
            reason=job.get("statusReason", ""),
        )
        self._bucket.write_record(self.record_key, record)

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
