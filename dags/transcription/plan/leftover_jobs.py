"""The Batch jobs that earlier runs left behind, and their end."""

from __future__ import annotations

import logging

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from transcription.shared import batch_job
from transcription.shared.batch_queue import BatchQueue

log = logging.getLogger(__name__)

#: How long to wait for the jobs to end, in seconds. Batch sends SIGKILL 30 s after SIGTERM, and reports it later.
_TIMEOUT = 180


def end_leftover_jobs(queue: BatchQueue, run: str) -> None:
    """End the jobs of all runs except `run`, and wait until these jobs have ended.

    A job is left behind when somebody cancels a run while its task has no process that could end the job. Airflow lets
    only one run of the DAG work at a time, and `plan` refuses backfills, so no other run waits for these jobs.
    Results that their children have written count as done in this run.

    If a job has not ended after three minutes, log a warning and return: both jobs write the same transcripts.
    """
    for job_id in _leftover_jobs(queue, run):
        queue.end(job_id, f"Its run is over; {run} takes what it left")
    wait = Retrying(retry=retry_if_result(bool), wait=wait_fixed(2), stop=stop_after_delay(_TIMEOUT))
    try:
        wait(_leftover_jobs, queue, run)
    except RetryError:
        log.warning("Jobs of other runs still run after %d s: %s", _TIMEOUT, _leftover_jobs(queue, run))


def _leftover_jobs(queue: BatchQueue, run: str) -> list[str]:
    """Return the ids of the jobs of other runs that have not ended."""
    jobs = queue.jobs(batch_job.job_name("*"))
    name = batch_job.job_name(run)
    return [job["jobId"] for job in jobs if job["jobName"] != name and not batch_job.is_over(job)]
