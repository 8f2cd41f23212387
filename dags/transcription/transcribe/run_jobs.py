"""The Batch jobs of one run: one, or after a failure one more for what is missing."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Plan
from transcription.plan import planning
from transcription.shared import batch_job, manifest_store
from transcription.shared.batch_client import Batch
from transcription.shared.batch_job import Described, FailedChild, Job
from transcription.shared.bucket import Bucket
from transcription.shared.settings import Settings

log = logging.getLogger(__name__)


class RunJobs:
    """Found by their name, which is the run's, and by the record that the run keeps of the newest one."""

    def __init__(self, batch: Batch, bucket: Bucket, plan: Plan, settings: Settings) -> None:
        self._batch, self._bucket, self._plan, self._settings = batch, bucket, plan, settings
        self.name = batch_job.name_of(plan.run)

    @property
    def _key(self) -> str:
        return RunKeys(self._plan.run).job

    def _all(self) -> list[Described]:
        """What Batch knows of them, the newest first."""
        found = {each["jobId"] for each in self._batch.jobs(self.name)}
        # ListJobs may take a moment to tell of a new job.
        if record := self._bucket.find_record(Job, self._key):
            found.add(record.job_id)
        return sorted(self._batch.describe_all(found), key=lambda each: each["createdAt"], reverse=True)

    def newest(self) -> Described | None:
        """The job to wait for, if there is one. Another one at work, of an attempt that raced this one, is ended."""
        jobs = self._all()
        for each in jobs[1:]:
            if not batch_job.is_over(each):
                self._batch.end(each["jobId"], "Another job of this run is at work")
        return jobs[0] if jobs else None

    def is_spent(self, described: Described) -> bool:
        """Whether a job failed, and somebody was told or did it: then another one may follow."""
        record = self._bucket.find_record(Job, self._key)
        told = record is not None and (record.job_id, record.status) == (described["jobId"], batch_job.FAILED)
        return described["status"] == batch_job.FAILED and (told or batch_job.is_ending(described))

    def submit(self, definition: str) -> str | None:
        """Submit the first job of the run, or one more for what has no result yet.

        Returns:
            Its id, or nothing where nothing is missing.
        """
        plan = self._plan
        known = {each["jobId"] for each in self._all()}
        # Batch forgets its jobs in time; the run does not.
        if known or self._bucket.find_record(Job, self._key) is not None:
            missing = manifest_store.read_missing(self._bucket, plan)
            log.info("%d of %d files have no result yet.", len(missing), plan.files)
            if not missing:
                return None
            plan = manifest_store.redraft(self._bucket, plan, planning.shards(missing, self._settings))
        parameters = {"run": plan.run, "draft": plan.draft}
        job_id = self._batch.submit(self.name, definition, plan.shards, parameters, known)
        log.info("Submitted the Batch job %s: %d children.", job_id, plan.shards)
        self._bucket.write_record(self._key, Job(plan.run, job_id, self.name, jobs=len(known) + 1))
        return job_id

    def end(self, reason: str) -> None:
        """End whatever is at work."""
        for each in self._all():
            if not batch_job.is_over(each):
                self._batch.end(each["jobId"], reason)

    def record(self, ended: Described, failed: Sequence[FailedChild]) -> None:
        """Keep how the newest job ended, and what all of them used."""
        jobs = self._all()
        used = batch_job.vcpu_hours(
            self._batch.describe_all(child for each in jobs for child in self._batch.children(each))
        )
        record = Job(self._plan.run, ended["jobId"], self.name, ended["status"], len(jobs), used, tuple(failed))
        self._bucket.write_record(self._key, record)
