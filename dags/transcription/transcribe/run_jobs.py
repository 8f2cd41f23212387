"""The Batch jobs that transcribe the files of one run: the first one, and after a failure another one for the rest."""

from __future__ import annotations

import logging

from transcription.contract.manifest import Item, Plan
from transcription.plan.sharding import make_shards
from transcription.shared import batch_job, manifest_store
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.shared.moved_inputs import find_moved
from transcription.shared.settings import Settings
from transcription.transcribe.job_series import JobSeries

log = logging.getLogger(__name__)

#: How many files the log names that a newer run moved.
_NAMED = 5


class RunJobs(JobSeries):
    """The jobs of one run.

    Args:
        batch: the job queue.
        bucket: the audio bucket.
        plan: the run's plan.
        settings: the limits with which the files without a result are divided into the shards of another job.
        attempt: the id of the task instance.
    """

    def __init__(self, batch: BatchQueue, bucket: Bucket, plan: Plan, settings: Settings, attempt: str = "") -> None:
        super().__init__(batch, bucket, plan.run, batch_job.job_name(plan.run), attempt)
        self._plan, self._settings = plan, settings

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
        known_ids, known = self._known_jobs()
        if known_ids or known.job_id:
            missing = self._read_missing()
            if not missing:
                return None
            plan = manifest_store.redraft(self._bucket, plan, make_shards(missing, self._settings))
        parameters = {"run": plan.run, "draft": plan.draft}
        return self._submit_next(definition, plan.shards, parameters, known_ids, known)

    @property
    def _draft(self) -> str:
        return self._plan.draft

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
