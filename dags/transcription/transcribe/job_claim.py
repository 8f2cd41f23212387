"""The claim of one process of the task `transcribe` to submit the run's next Batch job.

Airflow can start the same attempt of a task twice, for example if its queue delivers the attempt again while the first
process still works. Both processes would find no job and submit one. The claim is a field of the record `job.json`, and
every change of this record is a conditional write, so of two jobs one counts.
"""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import replace

from transcription.shared import record_version
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import Job

log = logging.getLogger(__name__)

#: Seconds for which a process waits for the job of another process of the same attempt. After that time the other
#: process is taken for dead. If it lives, it notices the lost claim, and ends the job that it submitted.
TWIN_SECONDS = 60.0
_POLL_SECONDS = 2.0


class JobClaim:
    """The claim of this process.

    Args:
        bucket: the audio bucket.
        key: the key of the record `job.json`.
        attempt: the id of the task instance, which is the same for two processes of one attempt.
    """

    def __init__(self, bucket: Bucket, key: str, attempt: str) -> None:
        self._bucket, self._key, self._attempt = bucket, key, attempt
        self._submitter = f"{attempt} {secrets.token_hex(4)}"
        self._etag: str | None = None

    def take(self, known: Job) -> Job | None:
        """Claim the submission of the next job. Wait for another process of this attempt that has the claim.

        A claim of another attempt does not count: Airflow starts an attempt when the one before it has ended.

        Args:
            known: the record of the newest job that the caller knows, or a record without a job.

        Returns:
            None if this process may submit a job; otherwise the record of the job that another process has submitted.
        """
        deadline = time.monotonic() + TWIN_SECONDS
        while True:
            stored = record_version.find(self._bucket, Job, self._key)
            record = stored.record if stored else known
            if record.job_id != known.job_id:
                return record
            if stored and record.submitter == self._submitter:
                self._etag = stored.etag
                return None
            if record.submitter.startswith(f"{self._attempt} ") and time.monotonic() < deadline:
                log.info("Another process of this attempt submits the job; waiting for it.")
                time.sleep(_POLL_SECONDS)
                continue
            claim = replace(record, submitter=self._submitter)
            # If another process was faster, or S3's answer was lost, the next reading says which.
            record_version.replace(self._bucket, self._key, claim, stored.etag if stored else None)

    def settle(self, job: Job) -> bool:
        """Write the record of the job that this process has submitted.

        Returns:
            Whether the job counts. If not, another process took the claim, and the caller has to end the job.
        """
        if record_version.replace(self._bucket, self._key, job, self._etag):
            return True
        latest = self._bucket.find_record(Job, self._key)
        return latest is not None and latest.job_id == job.job_id
